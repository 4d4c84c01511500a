"""The command lines of the portal's own processes: the launcher and docker-compose.yml agree."""

WEB = (
    *("gunicorn", "ncsc_portal.wsgi", "--worker-class", "gthread", "--workers", "2"),
    *("--threads", "4", "--no-control-socket"),
)
WORKER = (
    *("celery", "-A", "ncsc_portal", "worker", "-Q", "urgent,normal,celery", "-c", "2"),
    *("--loglevel", "info"),
)
BEAT = ("celery", "-A", "ncsc_portal", "beat", "--loglevel", "info")
