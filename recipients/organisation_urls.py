"""Looking after the accounts of an organisation. Behind the second factor, like all but accounts/."""

from django.urls import path

from recipients import views

app_name = "people"
urlpatterns = [
    path("", views.people, name="people"),
    path("propose", views.propose, name="propose"),
    path("waiting", views.waiting, name="waiting"),
    path("waiting/propose", views.propose_for, name="propose-for"),
    path("proposals/<int:proposal_id>/confirm", views.confirm, name="confirm"),
    path("proposals/<int:proposal_id>/drop", views.drop, name="drop"),
    path("<uuid:person>/offboard", views.offboard, name="offboard"),
    path("<uuid:person>/reset", views.reset, name="reset"),
]
