#!/bin/sh
# Two roles: the owner makes and changes tables, the application may not rewrite the record.
set -eu
password() { sed -E 's#^[^:]+://[^:]+:([^@]+)@.*#\1#' "/run/secrets/$1"; }
psql -v ON_ERROR_STOP=1 -U postgres \
  -v owner="$(password database_owner_url)" -v app="$(password database_url)" <<'SQL'
CREATE ROLE portal_owner LOGIN PASSWORD :'owner';
CREATE ROLE portal LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB PASSWORD :'app';
CREATE DATABASE portal OWNER portal_owner;
SQL
