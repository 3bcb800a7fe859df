"""Each test of the store is one against SQLite and one against PostgreSQL."""

import pytest

from classroom.store import Store


@pytest.fixture
def store(store_url):
    store = Store(store_url)
    yield store
    store.close()
