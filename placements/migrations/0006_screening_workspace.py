"""What the screening workspace keeps; more reasons for a rejection and one more origin of an application."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import stagematch.clock


class Migration(migrations.Migration):
    dependencies = [
        ("organisations", "0003_vacancy_agreement_and_hours"),
        ("placements", "0005_count_hours_of_placements"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="application",
            name="origin",
            field=models.CharField(
                choices=[
                    ("self", "zelf gereageerd"),
                    ("proposal", "voorgesteld"),
                    ("school", "door school"),
                    ("mail", "binnengekomen per mail"),
                    ("forwarded", "doorgestuurd door een ander team"),
                    ("own", "zelf gevonden"),
                ],
                default="self",
                max_length=10,
                verbose_name="herkomst",
            ),
        ),
        migrations.AlterField(
            model_name="rejection",
            name="reason",
            field=models.CharField(
                choices=[
                    ("days", "De dagen of uren passen niet"),
                    ("period", "De periode past niet"),
                    ("year", "Het leerjaar past niet bij de taken"),
                    ("other_candidate", "Een andere kandidaat sluit beter aan bij de doelgroep"),
                    ("no_supervisor", "Er is geen begeleider vrij"),
                    ("learning_goals", "De leerdoelen kunnen hier niet"),
                    ("many", "Er waren meer reacties dan plekken"),
                    ("travel", "De plek is te ver reizen voor deze tijden"),
                    ("safety", "De doelgroep of situatie vraagt meer ervaring dan een stage nu kan geven"),
                    ("changed", "De plek is veranderd of vervallen"),
                    ("filled", "De plek is al vergeven"),
                    ("no_show", "Er kwam geen gesprek tot stand"),
                ],
                max_length=20,
                verbose_name="reden",
            ),
        ),
        migrations.CreateModel(
            name="BulkOperation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField(editable=False, unique=True, verbose_name="sleutel")),
                (
                    "kind",
                    models.CharField(
                        choices=[("invitation", "uitnodiging"), ("rejection", "afwijzing")],
                        max_length=10,
                        verbose_name="wat",
                    ),
                ),
                ("started_at", models.DateTimeField(default=stagematch.clock.now, verbose_name="begonnen")),
                (
                    "actor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="wie",
                    ),
                ),
            ],
            options={
                "verbose_name": "actie met meer kandidaten",
                "verbose_name_plural": "acties met meer kandidaten",
                "ordering": ["-started_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="AnswerTemplate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("invitation", "uitnodiging"), ("rejection", "afwijzing")],
                        max_length=10,
                        verbose_name="waarvoor",
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("days", "De dagen of uren passen niet"),
                            ("period", "De periode past niet"),
                            ("year", "Het leerjaar past niet bij de taken"),
                            ("other_candidate", "Een andere kandidaat sluit beter aan bij de doelgroep"),
                            ("no_supervisor", "Er is geen begeleider vrij"),
                            ("learning_goals", "De leerdoelen kunnen hier niet"),
                            ("many", "Er waren meer reacties dan plekken"),
                            ("travel", "De plek is te ver reizen voor deze tijden"),
                            ("safety", "De doelgroep of situatie vraagt meer ervaring dan een stage nu kan geven"),
                            ("changed", "De plek is veranderd of vervallen"),
                            ("filled", "De plek is al vergeven"),
                            ("no_show", "Er kwam geen gesprek tot stand"),
                        ],
                        help_text="Alleen bij een afwijzing. Leeg: bij elke reden te gebruiken.",
                        max_length=20,
                        verbose_name="reden",
                    ),
                ),
                ("name", models.CharField(max_length=60, verbose_name="naam")),
                ("text", models.TextField(max_length=2000, verbose_name="tekst")),
                ("is_active", models.BooleanField(default=True, verbose_name="in gebruik")),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="answer_templates",
                        to="organisations.organisation",
                        verbose_name="organisatie",
                    ),
                ),
            ],
            options={
                "verbose_name": "sjabloon voor een antwoord",
                "verbose_name_plural": "sjablonen voor antwoorden",
                "ordering": ["kind", "name", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organisation", "kind", "name"), name="template_name_once_per_kind"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind", "rejection"), ("reason", ""), _connector="OR"),
                        name="only_a_rejection_has_a_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BulkItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "outcome",
                    models.CharField(
                        choices=[("done", "verstuurd"), ("skipped", "overgeslagen")],
                        max_length=10,
                        verbose_name="uitkomst",
                    ),
                ),
                ("why", models.CharField(blank=True, max_length=300, verbose_name="waarom")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="bulk_items",
                        to="placements.application",
                        verbose_name="reactie",
                    ),
                ),
                (
                    "operation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="items", to="placements.bulkoperation"
                    ),
                ),
            ],
            options={
                "verbose_name": "kandidaat in een actie",
                "verbose_name_plural": "kandidaten in acties",
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("operation", "application"), name="once_per_operation")
                ],
            },
        ),
        migrations.CreateModel(
            name="ForwardRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("asked", "gevraagd"),
                            ("accepted", "ja"),
                            ("declined", "nee"),
                            ("lapsed", "vervallen"),
                        ],
                        default="asked",
                        max_length=10,
                        verbose_name="antwoord",
                    ),
                ),
                ("message", models.TextField(blank=True, max_length=1000, verbose_name="bericht aan de student")),
                ("asked_at", models.DateTimeField(default=stagematch.clock.now, verbose_name="gevraagd op")),
                ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="beantwoord op")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="forwards",
                        to="placements.application",
                        verbose_name="reactie",
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="gevraagd door",
                    ),
                ),
                (
                    "result",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="forwarded_from",
                        to="placements.application",
                        verbose_name="nieuwe reactie",
                    ),
                ),
                (
                    "to_vacancy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="placements.vacancy",
                        verbose_name="naar welke plek",
                    ),
                ),
            ],
            options={
                "verbose_name": "vraag om door te sturen",
                "verbose_name_plural": "vragen om door te sturen",
                "ordering": ["asked_at", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status", "asked")),
                        fields=("application",),
                        name="one_open_forward_request",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status", "asked"), ("answered_at__isnull", False), _connector="OR"),
                        name="answered_forward_has_a_date",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SavedView",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, verbose_name="naam")),
                ("query", models.CharField(blank=True, max_length=500, verbose_name="filters")),
                ("is_default", models.BooleanField(default=False, verbose_name="hiermee begin ik")),
                ("is_shared", models.BooleanField(default=False, verbose_name="collega's zien deze weergave ook")),
                ("created_at", models.DateTimeField(default=stagematch.clock.now, verbose_name="bewaard op")),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="organisations.organisation",
                        verbose_name="organisatie",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="saved_views",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "weergave",
                "verbose_name_plural": "weergaven",
                "ordering": ["name", "pk"],
                "indexes": [
                    models.Index(condition=models.Q(("is_shared", True)), fields=["organisation"], name="shared_view")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("user", "name"), name="view_name_once_per_person"),
                    models.UniqueConstraint(
                        condition=models.Q(("is_default", True)), fields=("user",), name="one_default_view_per_person"
                    ),
                ],
            },
        ),
    ]
