"""Stand-ins for database drivers that are not installed: loading a project opens no connection, but SQLMesh imports the drivers."""

import sys
from unittest import mock

NAMES = """snowflake snowflake.connector snowflake.connector.network cryptography cryptography.hazmat cryptography.hazmat.backends
cryptography.hazmat.primitives cryptography.hazmat.primitives.serialization google google.cloud google.cloud.bigquery google.cloud.bigquery.dbapi
google.cloud.bigquery.client google.cloud.bigquery.job google.api_core google.api_core.client_info google.api_core.client_options google.api_core.retry
google.oauth2 google.oauth2.credentials google.oauth2.service_account google.auth databricks databricks.sql redshift_connector pymysql pymssql trino
trino.dbapi trino.auth clickhouse_connect clickhouse_connect.dbapi clickhouse_connect.driver clickhouse_connect.common pyspark pyspark.conf pyspark.sql
pyspark.sql.types pyspark.sql.functions""".split()


def stand_in():
    for name in NAMES:
        if name not in sys.modules:
            module = sys.modules[name] = mock.MagicMock()
            parent, _, last = name.rpartition(".")
            if parent:
                setattr(sys.modules[parent], last, module)
    if isinstance(sys.modules["google.auth"], mock.MagicMock):
        sys.modules["google.auth"].default.return_value = (mock.MagicMock(), "my-project")
