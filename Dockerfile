# One image for web, worker, beat and the one-shot migration; what differs is the command.
# It holds no secrets: those come at run time, as variables or as files (see .env.example).

FROM python:3.12-slim AS packages
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY requirements-prod.lock /tmp/
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --require-hashes --only-binary :all: -r /tmp/requirements-prod.lock

FROM python:3.12-slim AS site
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    STAGEMATCH_ENV=production \
    STATIC_ROOT=/srv/stagematch/static \
    MEDIA_ROOT=/srv/stagematch/media \
    NUMBA_CACHE_DIR=/srv/stagematch/compiled
RUN useradd --system --uid 10001 --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin stagematch \
    && install -d /srv/stagematch/static \
    && install -d -o stagematch -g stagematch -m 0750 /srv/stagematch/media /srv/stagematch/beat /srv/stagematch/compiled
COPY --from=packages /opt/venv /opt/venv
WORKDIR /app
COPY . .
# The key exists only while this line runs; collecting files needs one, and signs nothing with it.
RUN python -m stagematch.runtime.messages \
    && SECRET_KEY=used-only-while-building python manage.py collectstatic --no-input --verbosity 0 \
    && python -m matchmaking.engine warm \
    && python -m compileall -q stagematch organisations students placements matchmaking \
    && chmod -R a+rX /srv/stagematch/static \
    && chown -R stagematch:stagematch /srv/stagematch/compiled
USER 10001:10001
EXPOSE 8000
VOLUME ["/srv/stagematch/media"]
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-m", "stagematch.runtime.health", "web"]
CMD ["gunicorn", "stagematch.wsgi", "--config", "deploy/gunicorn.conf.py"]
