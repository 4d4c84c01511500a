"""PostgreSQL, Valkey and a mail sink without installing any, and the launcher that runs them."""
