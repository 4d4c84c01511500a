"""CSAF trusted provider (CSAF 2.0 and 2.1, section 7): both editions side by side.

What everyone may see lies open, with directories and a feed. Every other level is one feed and its
documents, for programs with an access token, and holds what that very program may have.
"""
