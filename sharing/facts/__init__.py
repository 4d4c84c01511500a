"""From rows to the frozen facts that the law is asked about. No decision is taken here."""
