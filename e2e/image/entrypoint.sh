#!/bin/bash
# Starts PostgreSQL as the public image does: the same variables, the same folder of scripts, the same lines on both streams.
set -euo pipefail

POSTGRES_USER="${POSTGRES_USER:-postgres}"
POSTGRES_DB="${POSTGRES_DB:-$POSTGRES_USER}"
export PGDATA="${PGDATA:-/var/lib/postgresql/data}"
PATH="$(echo /usr/lib/postgresql/*/bin):$PATH"

if [ "$(id -u)" = 0 ]; then
  install -d -o postgres -g postgres -m 700 "$PGDATA"
  install -d -o postgres -g postgres /var/run/postgresql
  exec setpriv --reuid=postgres --regid=postgres --init-groups "$BASH" "$0" "$@"
fi

# Output goes to the container's own, where whoever waits for the server reads it: hence no -l.
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  : "${POSTGRES_PASSWORD:?must be set}"
  initdb --username="$POSTGRES_USER" --pwfile=<(printf '%s\n' "$POSTGRES_PASSWORD") --encoding=UTF8 --locale=C.UTF-8 --auth-host=scram-sha-256
  pg_ctl start --wait --options="-c listen_addresses=''" 2>&1
  [ "$POSTGRES_DB" = postgres ] || createdb --username="$POSTGRES_USER" "$POSTGRES_DB"
  for script in /docker-entrypoint-initdb.d/*; do
    case "$script" in
      *.sh) bash "$script" ;;
      *.sql) psql --username="$POSTGRES_USER" --dbname="$POSTGRES_DB" --set=ON_ERROR_STOP=1 --file="$script" ;;
    esac
  done
  pg_ctl stop --wait --mode=fast
  echo "host all all all scram-sha-256" >> "$PGDATA/pg_hba.conf"
fi

[ "${1:-}" = postgres ] && shift
exec postgres -c listen_addresses='*' "$@"
