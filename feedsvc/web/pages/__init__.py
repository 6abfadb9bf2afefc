"""Pages for people: which feeds there are, what each holds, how to subscribe. Nothing of Flask is in here."""

from feedsvc.web.pages.pages import Pages

__all__ = ["Pages"]
