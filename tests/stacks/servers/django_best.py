"""Django with django-cors-headers, its middleware first."""

import sys
from wsgiref.simple_server import make_server

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import Http404, HttpRequest, JsonResponse
from django.urls import path

port, origin = int(sys.argv[1]), sys.argv[2]
settings.configure(
    SECRET_KEY="not secret",
    ALLOWED_HOSTS=["localhost"],
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=["corsheaders"],
    MIDDLEWARE=[
        "corsheaders.middleware.CorsMiddleware",
        "django.middleware.common.CommonMiddleware",
    ],
    CORS_ALLOWED_ORIGINS=[origin],
    CORS_ALLOW_CREDENTIALS=True,
    CORS_ALLOW_METHODS=["GET", "PUT"],
    CORS_ALLOW_HEADERS=["content-type"],
    CORS_PREFLIGHT_MAX_AGE=7200,
)


def items(request: HttpRequest) -> JsonResponse:
    return JsonResponse(["tea"], safe=False)


def put(request: HttpRequest, number: int) -> JsonResponse:
    return JsonResponse({"number": number})


def missing(request: HttpRequest) -> JsonResponse:
    raise Http404


def boom(request: HttpRequest) -> JsonResponse:
    raise RuntimeError("boom")


urlpatterns = [
    path("items", items),
    path("items/<int:number>", put),
    path("missing", missing),
    path("boom", boom),
]
make_server("127.0.0.1", port, get_wsgi_application()).serve_forever()
