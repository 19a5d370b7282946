"""The part of /openapi.json about students."""

from typing import Any

from stagematch.ui.openapi import register_api

_PROBLEMS = {
    "400": "The request is no valid request, for instance broken JSON.",
    "401": "No key, or one that does not work (any more).",
    "403": "The key is of another school than `school`, or the school does not take part any more.",
    "409": "Another list of this school is being read right now. Try again after Retry-After seconds.",
    "413": "Larger than 7 MB.",
    "415": "Not CSV, JSON or XLSX.",
    "422": "The list has faults: `errors` says which, per row and column. Nothing was changed.",
    "429": "Too many requests. Try again after Retry-After seconds.",
}
_RESULT = {"$ref": "#/components/schemas/StudentImport"}


def _problem(text: str, schema: str = "Problem") -> dict[str, Any]:
    content = {"application/problem+json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    return {"description": text, "content": content}


def _result(text: str) -> dict[str, Any]:
    return {"description": text, "content": {"application/json": {"schema": _RESULT}}}


def _problems(*codes: str) -> dict[str, Any]:
    return {code: _problem(_PROBLEMS[code], "Faults" if code == "422" else "Problem") for code in codes}


_ERROR = {
    "type": "object",
    "required": ["row", "column", "detail"],
    "properties": {
        "row": {"type": "integer", "description": "Row of the file; the header is 1. 0: the file as a whole."},
        "column": {"type": "string"},
        "detail": {"type": "string"},
    },
}
_LANGUAGE = {"name": "Accept-Language", "in": "header", "schema": {"type": "string", "default": "nl"}}
_SCHOOL = {
    "name": "school",
    "in": "query",
    "description": "Slug of the school, to be sure one has the right key. Optional: the key knows.",
    "schema": {"type": "string"},
}
PATHS: dict[str, Any] = {
    "/api/v1/students/import": {
        "post": {
            "operationId": "importStudents",
            "summary": "Send the list of students of a school",
            "description": "All rows or none. Recognised by student number; who is not in the list stays as they are. "
            "The same list again changes nothing.",
            "security": [{"schoolKey": []}],
            "parameters": [
                {
                    "name": "dry_run",
                    "in": "query",
                    "description": "Only check, change nothing.",
                    "schema": {"type": "boolean", "default": False},
                },
                {
                    "name": "column.{name}",
                    "in": "query",
                    "description": "Which header holds a column, e.g. column.number=Leerlingnr. Without any, headers are recognised.",
                    "schema": {"type": "string"},
                },
                _SCHOOL,
                _LANGUAGE,
            ],
            "requestBody": {
                "required": True,
                "content": {
                    "text/csv": {"schema": {"type": "string"}},
                    "application/json": {"schema": {"$ref": "#/components/schemas/Students"}},
                    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": {
                        "schema": {"type": "string", "format": "binary"}
                    },
                },
            },
            "responses": {
                "200": _result("Checked (dry_run) or read."),
                "202": _result("More than 500 rows: a worker does it. Ask at Location how it is doing."),
                **_problems("400", "401", "403", "409", "413", "415", "422", "429"),
            },
        }
    },
    "/api/v1/students/import/{id}": {
        "get": {
            "operationId": "getStudentImport",
            "summary": "How a list that was sent is doing",
            "security": [{"schoolKey": []}],
            "parameters": [
                {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}},
                _SCHOOL,
                _LANGUAGE,
            ],
            "responses": {
                "200": _result("The list."),
                "404": _problem("There is no such list, or it is a year ago."),
                **_problems("401", "403", "429"),
            },
        }
    },
}
SCHEMAS: dict[str, Any] = {
    "Students": {
        "type": "object",
        "required": ["students"],
        "properties": {
            "students": {
                "type": "array",
                "items": {
                    "type": "object",
                    "description": "Every key is a column: the Dutch name, or the English one used here.",
                    "required": ["number", "first_name", "last_name", "email", "programme", "year"],
                    "properties": {
                        name: {"type": ["string", "integer", "null"]}
                        for name in (
                            "number", "first_name", "prefix", "last_name", "email", "programme", "year", "class_name",
                            "phone", "route", "period", "starts_on", "ends_on", "weekdays", "hours", "home",
                        )
                    },
                },
            }
        },
    },
    "StudentImport": {
        "type": "object",
        "required": ["id", "status", "dry_run", "rows", "created", "updated", "unchanged", "error_count", "errors"],
        "properties": {
            "id": {"type": "string", "format": "uuid"},
            "status": {"type": "string", "enum": ["waiting", "checked", "done", "refused", "forgotten"]},
            "dry_run": {"type": "boolean"},
            "rows": {"type": "integer"},
            "created": {"type": "integer"},
            "updated": {"type": "integer"},
            "unchanged": {"type": "integer"},
            "not_in_file": {"type": "integer", "description": "Students of the school that are not in the list; they stay."},
            "ignored_columns": {"type": "array", "items": {"type": "string"}},
            "notes": {"type": "array", "items": {"type": "string"}},
            "error_count": {"type": "integer"},
            "errors": {"type": "array", "description": "The first 500.", "items": {"$ref": "#/components/schemas/RowFault"}},
        },
    },
    "RowFault": _ERROR,
    "Faults": {
        "allOf": [
            {"$ref": "#/components/schemas/Problem"},
            {
                "type": "object",
                "properties": {
                    "error_count": {"type": "integer"},
                    "errors": {"type": "array", "items": {"$ref": "#/components/schemas/RowFault"}},
                    "location": {"type": "string"},
                },
            },
        ]
    },
}  # fmt: skip
SECURITY: dict[str, Any] = {
    "schoolKey": {
        "type": "http",
        "scheme": "bearer",
        "description": "A key of one school, made by its BPV-coördinator on the page Koppeling.",
    }
}


def register() -> None:
    """Add this to /openapi.json."""
    register_api(paths=PATHS, schemas=SCHEMAS, security=SECURITY)
