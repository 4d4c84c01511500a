"""From received bytes to sections. Reads no database and no network."""
