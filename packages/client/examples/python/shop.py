#!/usr/bin/env python3
"""A shop made by a server in Python, with nothing but its standard library.

    HOLDFAST_URL=http://localhost:3000 STOREFRONT_KEY=... PORT=5173 python3 shop.py

Without STOREFRONT_KEY all shoppers share one limit.
"""
import html
import json
import os
import secrets
import time
from http.client import HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.error import HTTPError
from urllib.parse import parse_qs, quote, urlsplit
from urllib.request import Request, urlopen

API = os.environ.get("HOLDFAST_URL", "http://localhost:3000")
KEY = os.environ.get("STOREFRONT_KEY")
TRY_FOR_SECONDS = 12


def call(method, path, shopper, body=None, key=None):
    """Returns (status, document). Sends the same again, with the same key, while the failure may pass."""
    headers = {"Content-Type": "application/json"} if body is not None else {}
    if KEY:
        headers |= {"Authorization": f"Bearer {KEY}", "Holdfast-Shopper": shopper}
    if key:
        headers["Idempotency-Key"] = key
    data = None if body is None else json.dumps(body).encode()
    end, backoff = time.monotonic() + TRY_FOR_SECONDS, 1
    while True:
        try:
            with urlopen(Request(API + path, data, headers, method=method), timeout=15) as answer:
                return answer.status, json.load(answer)
        except HTTPError as error:
            status, document, wait = error.code, problem(error), error.headers.get("Retry-After")
        except (OSError, HTTPException):  # no answer, or half of one
            status, document, wait = 503, {"code": "offline"}, None
        pause = int(wait) if wait and wait.isdigit() else backoff
        if status not in (429, 500, 502, 503, 504) or time.monotonic() + pause > end:
            return status, document
        time.sleep(pause)
        backoff *= 2


def problem(error):
    """An answer that is no problem document came from a proxy in between."""
    try:
        return json.load(error)
    except ValueError:
        return {"code": "unavailable"}


class Shop(BaseHTTPRequestHandler):
    def log_message(self, *_):
        """The address of an order opens it, so addresses stay out of the log."""

    def do_GET(self):
        path, query = urlsplit(self.path).path, parse_qs(urlsplit(self.path).query)
        session = query.get("session_id", [""])[0]
        if path == "/success":
            return self.success(session)
        if path == "/cart" and session:
            self.api("POST", f"/orders/{quote(session, safe='')}/abandon")
            return self.go("/")
        if path in ("/", "/cart"):
            return self.shelf()
        self.page("<h1>Not found</h1>", 404)

    def do_POST(self):
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        cart = {"items": [{"sku": form["sku"][0], "quantity": 1}]}
        status, answer = self.api("POST", "/checkout", cart, form["key"][0])
        if status != 201:
            return self.page(f"<h1>Sorry: {html.escape(answer['code'])}</h1><a href='/'>Back</a>", status)
        paying = answer["status"] == "PENDING"
        self.go(answer["url"] if paying else f"/success?session_id={answer['sessionId']}")

    def shelf(self):
        status, answer = self.api("GET", "/products")
        # The key belongs to this page: pressing twice, or again after a lost answer, is one checkout.
        forms = [
            "<form method='post'>"
            f"<input type='hidden' name='key' value='{secrets.token_hex(16)}'>"
            f"<button name='sku' value='{html.escape(one['sku'])}'>Buy {html.escape(one['name'])}</button></form>"
            for one in answer.get("data", [])
        ]
        self.page("".join(forms) or "<h1>Nothing to show right now</h1>", status)

    def success(self, session):
        status, order = self.api("GET", f"/orders/{quote(session, safe='')}")
        if status != 200:
            return self.page(f"<h1>Sorry: {html.escape(order['code'])}</h1>", status)
        final = order["status"] in ("COMPLETED", "EXPIRED", "CANCELLED", "REFUNDED")
        reload = "" if final else "<meta http-equiv='refresh' content='5'>"
        links = [f"<a href='{html.escape(one['url'])}'>Download {html.escape(one['sku'])}</a>" for one in order["downloads"]]
        self.page(f"{reload}<h1>Order {order['number']}: {order['status']}</h1>{''.join(links)}")

    def api(self, method, path, body=None, key=None):
        """The shopper is whoever is connected. Behind a proxy of yours, take the address that it names."""
        return call(method, path, self.client_address[0], body, key)

    def go(self, address):
        self.send_response(303)
        self.send_header("Location", address)
        self.end_headers()

    def page(self, text, status=200):
        body = f"<!doctype html><meta charset='utf-8'><title>A shop</title>{text}".encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "5173"))), Shop)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()
