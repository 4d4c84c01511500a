# One image for web, worker, beat and the one-shot migration.
FROM python:3.13-slim-bookworm

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
WORKDIR /srv/portal
COPY requirements.txt .
RUN pip install --no-cache-dir --require-hashes -r requirements.txt
COPY . .
RUN python -m ncsc_portal.translations \
    && useradd --system --uid 10001 --home-dir /nonexistent portal
USER 10001
