"""What a program may be allowed: OAuth2 scopes (RFC 6749, section 3.3)."""

READ_SCOPE = "advisories.read"
INTAKE_SCOPE = "intake.write"
