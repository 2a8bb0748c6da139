import os
from wsgiref.simple_server import make_server

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

SECRET_KEY = "not secret"
ALLOWED_HOSTS = ["api.shop.test"]
ROOT_URLCONF = __name__
INSTALLED_APPS: list[str] = []
MIDDLEWARE = [
    "__main__.login_wanted",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
]
# [1]
settings.configure(**{name: value for name, value in globals().items() if name.isupper()})


def login_wanted(get_response):
    def middleware(request: HttpRequest) -> HttpResponse:
        known = not os.environ.get("LOGIN") or request.COOKIES.get("session") == "1"
        if not known and request.path != "/login":
            return HttpResponse(status=401)
        return get_response(request)

    return middleware


# [middleware]
@csrf_exempt
def login(request: HttpRequest) -> HttpResponse:
    response = HttpResponse(status=204)
    response.set_cookie("session", "1", samesite="None", secure=True, httponly=True)
    return response


def items(request: HttpRequest) -> JsonResponse:
    return JsonResponse(["tea"], safe=False, headers={"X-Total": "1"})


@csrf_exempt
def item(request: HttpRequest, number: int) -> HttpResponse:
    if request.method == "PUT":
        return JsonResponse({"number": number})
    if request.method == "DELETE":
        return JsonResponse({"gone": number})
    return HttpResponse(status=405)


def boom(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("boom")


urlpatterns = [
    path("login", login),
    path("items", items),
    path("items/<int:number>", item),
    path("boom", boom),
]
make_server("127.0.0.1", int(os.environ["PORT"]), get_wsgi_application()).serve_forever()
