"""Everything that the database keeps, by what is kept."""

from dataclasses import dataclass

from bridge.ifttt.service import timeline_of
from bridge.storage.accounts import Accounts
from bridge.storage.checks import Checks
from bridge.storage.commands import Commands
from bridge.storage.database import Database
from bridge.storage.descriptions import Descriptions
from bridge.storage.entities import Entities
from bridge.storage.events import Events
from bridge.storage.exposure import Exposure
from bridge.storage.grants import Grants
from bridge.storage.identities import TriggerIdentities
from bridge.storage.journal import Journal
from bridge.storage.meeting import Meetings
from bridge.storage.pairings import Pairings
from bridge.storage.readings import Readings
from bridge.storage.retention import Erasures
from bridge.storage.settings import KeptSettings
from bridge.storage.sign_ins import SignIns
from bridge.storage.watermarks import KeptWatermarks


@dataclass(frozen=True, slots=True)
class Registers:
    """The database, by what is kept. `database` itself is for what is seldom asked, and made only then."""

    journal: Journal
    events: Events
    accounts: Accounts
    entities: Entities
    exposure: Exposure
    identities: TriggerIdentities
    commands: Commands
    settings: KeptSettings
    readings: Readings
    grants: Grants
    checks: Checks
    descriptions: Descriptions
    pairings: Pairings
    meetings: Meetings
    erasures: Erasures
    sign_ins: SignIns
    watermarks: KeptWatermarks
    database: Database

    @classmethod
    def of(cls, database: Database) -> "Registers":
        """Return all of them on one database."""
        return cls(
            Journal(database),
            Events(database),
            Accounts(database),
            Entities(database),
            Exposure(database),
            TriggerIdentities(database, timeline_of),
            Commands(database),
            KeptSettings(database),
            Readings(database),
            Grants(database),
            Checks(database),
            Descriptions(database),
            Pairings(database),
            Meetings(database),
            Erasures(database),
            SignIns(database),
            KeptWatermarks(database),
            database,
        )
