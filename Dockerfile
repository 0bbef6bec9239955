FROM python:3.13-slim

RUN useradd --system --uid 10001 --create-home ledger
WORKDIR /app

COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements.lock

COPY . .
RUN pip install --no-cache-dir --no-deps --no-build-isolation .

USER ledger
WORKDIR /home/ledger
ENTRYPOINT ["ledger"]
CMD ["serve", "--workers"]
