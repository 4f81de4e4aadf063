#!/bin/sh
# Creates the three roles of decision 0006, once, when the database is created.
set -eu
psql --set=ON_ERROR_STOP=1 --username=postgres \
  --set=owner="$PLP_OWNER_PASSWORD" --set=app="$PLP_APP_PASSWORD" --set=backup="$PLP_BACKUP_PASSWORD" <<'SQL'
CREATE ROLE plp_owner LOGIN PASSWORD :'owner';
CREATE ROLE plp_app LOGIN PASSWORD :'app';
CREATE ROLE plp_backup LOGIN PASSWORD :'backup' BYPASSRLS;
GRANT pg_read_all_data TO plp_backup;
CREATE DATABASE plp OWNER plp_owner;
REVOKE ALL ON DATABASE plp FROM PUBLIC;
GRANT CONNECT ON DATABASE plp TO plp_app, plp_backup;
SQL
