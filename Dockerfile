FROM python:3.12-slim
# A free Chinese typeface, embedded in the PDF of a finished guide.
RUN apt-get update && apt-get install -y --no-install-recommends fonts-wqy-microhei && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY . .
RUN pip install --no-cache-dir -e . && useradd --system --home /data zhiwen && mkdir -p /data && chown zhiwen /data
USER zhiwen
ENV ZHIWEN_HOST=0.0.0.0 ZHIWEN_STORE=sqlite:/data/zhiwen.db ZHIWEN_CACHE=/data/cache
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=3s CMD python -c "import urllib.request as u; u.urlopen('http://127.0.0.1:8080/readyz', timeout=2)"
CMD ["zhiwen", "serve"]
