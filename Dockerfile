FROM python:3.13-slim AS build
RUN python -m venv /opt/portal
COPY requirements.txt .
RUN /opt/portal/bin/pip install --no-cache-dir --require-hashes -r requirements.txt

FROM python:3.13-slim
ENV PATH=/opt/portal/bin:$PATH PYTHONUNBUFFERED=1
# A new volume takes over who owns the directory that it is mounted at.
RUN useradd --system --uid 10001 --no-create-home portal && install -d -o portal -m 700 /var/lib/portal/attachments
WORKDIR /srv/portal
COPY --from=build /opt/portal /opt/portal
COPY . .
# The settings insist on their variables; collecting static files uses none of these values and connects to nothing.
# Left out are django-htmx's extensions of htmx 4: unused here, and one imports a module by a name that is no file.
RUN SECRET_KEY=build ALLOWED_HOSTS=build SEALING_KEYS=build:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= REDIS_URL=redis://build \
    DATABASE_URL=postgresql://build/build DATABASE_SCHEDULER_URL=postgresql://build/build \
    python manage.py collectstatic --noinput --ignore ext \
    && python -m compileall -q .
USER portal
EXPOSE 8000
CMD ["gunicorn", "--config", "deploy/gunicorn.conf.py", "itglue_portal.wsgi"]
