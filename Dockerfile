# syntax=docker/dockerfile:1

# Build: install everything into one virtual environment. Every dependency has a wheel, so no compiler is needed.
FROM python:3.13-slim-bookworm AS build
WORKDIR /source
RUN python -m venv /opt/plp
# Dependencies first: this layer stays cached while only our own code changes.
COPY pyproject.toml setup.py constraints.txt README.md LICENSE ./
RUN mkdir -p plp_api migrations seeds && touch plp_api/__init__.py \
 && /opt/plp/bin/pip install --no-cache-dir --only-binary=:all: -c constraints.txt '.[pdf]' \
 && /opt/plp/bin/pip uninstall --yes plp-api
COPY plp_api plp_api
COPY migrations migrations
COPY seeds seeds
RUN /opt/plp/bin/pip install --no-cache-dir --no-deps .

# Run: only the virtual environment, without sources or pip's cache, as a user without root rights.
FROM python:3.13-slim-bookworm
RUN useradd --system --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin plp \
 && install --directory --owner=plp --group=plp --mode=0700 /var/lib/plp
COPY --from=build /opt/plp /opt/plp
ENV PATH=/opt/plp/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PLP_ENV=production \
    PLP_HOST=0.0.0.0 \
    PLP_PORT=8000 \
    PLP_DATA_DIR=/var/lib/plp
USER 10001:10001
WORKDIR /var/lib/plp
VOLUME /var/lib/plp
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f\"http://127.0.0.1:{os.environ['PLP_PORT']}/health/ready\", timeout=4)"]
# Starts gunicorn and the worker; in production it does not start without PLP_SECRET_KEY.
CMD ["plp", "serve"]
