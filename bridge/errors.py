"""Every error the bridge raises on purpose, as one tree. Knows nothing of HTTP or MQTT codes.

BridgeError
├── ConfigurationError            the configuration cannot be used; all faults at once
├── AlreadyRunning                another daemon holds this database
├── NotTheOwner                  what belongs to another user must be asked for as that user
├── CannotListen                  an address that is taken or not ours
├── UnreadableMessage             a message that its dialect cannot understand
├── TemplateRefused               a template with more in it than templates may have
├── NotServed                     a thing that a device describes and that cannot be served; says why
├── StorageError
│   ├── StorageUnavailable        disk full, I/O error, locked: try the same again later
│   ├── SchemaTooNew              the file was written by a newer version
│   ├── DatabaseDamaged           what is in the file cannot be read any more
│   └── CopyRefused               a copy that cannot be made, or cannot be put in place; says why
│       └── CopyDamaged           what is in it cannot be read any more
├── BrokerError
│   ├── ConnectionFailed          there is no connection, or no longer; says why, and what to do
│   │   ├── BrokerSilent          it did not answer as this version of MQTT wants it
│   │   ├── ProtocolRefused       it does not speak this version of MQTT
│   │   ├── CredentialsRefused    it does not let this user in
│   │   ├── WillRefused           it does not take our last will
│   │   ├── PacketMalformed       what it says is no MQTT
│   │   └── ClosedByBroker        it ended a good connection
│   │       └── SessionTakenOver  because another client came with our id
│   ├── BrokerUnavailable         nothing was sent: safe to try again
│   │   └── PublicationRefused    the broker did not take the message: nobody got it
│   ├── DeliveryUnknown           sent, never acknowledged: must not be repeated by itself
│   ├── EmbeddedBrokerMissing
│   └── EmbeddedBrokerFailed
├── AccountError                  a user or home that does not exist, or exists already
├── CorrectionRefused             a kind that something described cannot have; says which it can
└── RequestError                  what IFTTT asked cannot be answered
    ├── NotAuthorized             no valid credential
    ├── NoSuchResource            unknown trigger, action, field or path
    ├── BadInput                  the request is wrong; `skip`: and can never succeed
    ├── TokenRefused              a client gets no tokens, in OAuth's words
    └── TemporarilyUnavailable    ask again later
"""

from collections.abc import Sequence


class BridgeError(Exception):
    """Base of all errors below."""


class ConfigurationError(BridgeError):
    """The configuration was refused; `problems` has one line per fault."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class AlreadyRunning(BridgeError):
    """Another process runs on the same database."""


class NotTheOwner(BridgeError):
    """The database and its daemon belong to another user."""


class CannotListen(BridgeError):
    """A listener could not start."""


class UnreadableMessage(BridgeError):
    """A message says nothing its dialect knows; `reason` is a short fixed phrase fit for a counter."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class TemplateRefused(BridgeError):
    """A template cannot be used; the message goes on from "the template …" and says what is allowed."""


class NotServed(BridgeError):
    """A thing that a device describes cannot be served; `why` is for the person who looks. Its convention keeps it."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)


class StorageError(BridgeError):
    """The database cannot do what was asked."""


class StorageUnavailable(StorageError):
    """Nothing was written; the same unit of work may succeed later."""


class SchemaTooNew(StorageError):
    """The database belongs to a newer version of the bridge."""


class DatabaseDamaged(StorageError):
    """The file is damaged: trying again does not help, a copy does."""


class CopyRefused(StorageError):
    """A copy cannot be made or put in place; nothing was changed. The message is for a person."""


class CopyDamaged(CopyRefused):
    """A copy is not whole."""


class BrokerError(BridgeError):
    """Something about the MQTT broker."""


class ConnectionFailed(BrokerError):
    """There is no connection to the broker; the message is for a person: why, and what to do."""


class BrokerSilent(ConnectionFailed):
    """Somebody took the connection and never answered, or hung up instead."""


class ProtocolRefused(ConnectionFailed):
    """The broker does not speak this version of MQTT."""


class CredentialsRefused(ConnectionFailed):
    """The broker does not let this user in: asking again soon helps nobody."""


class WillRefused(ConnectionFailed):
    """The broker does not take a last will such as ours."""


class PacketMalformed(ConnectionFailed):
    """The broker, or something on the way, says what is no MQTT: nobody knows any more where the next packet begins."""


class ClosedByBroker(ConnectionFailed):
    """The broker ended a good connection."""


class SessionTakenOver(ClosedByBroker):
    """Another client came with our id."""


class BrokerUnavailable(BrokerError):
    """The broker does not answer; nothing was sent."""


class PublicationRefused(BrokerUnavailable):
    """The broker answered that it did not take the message."""


class DeliveryUnknown(BrokerError):
    """A message was handed over and never acknowledged."""


class EmbeddedBrokerMissing(BrokerError):
    """The extra with the embedded broker is not installed."""


class EmbeddedBrokerFailed(BrokerError):
    """The embedded broker could not start."""


class AccountError(BridgeError):
    """A user or home is not there, or is there already."""


class CorrectionRefused(BridgeError):
    """What was described as one kind cannot be made another; the message says what is possible."""


class RequestError(BridgeError):
    """A request cannot be answered; the message is fit for the person who sees it."""


class NotAuthorized(RequestError):
    """The credential is missing, unknown or dead."""


class NoSuchResource(RequestError):
    """Nothing of that name."""


class BadInput(RequestError):
    """The request is wrong. With `skip`, this very event can never succeed and must not be tried again."""

    def __init__(self, message: str, *, skip: bool = False) -> None:
        self.skip = skip
        super().__init__(message)


class TokenRefused(RequestError):
    """A client gets no tokens. `error` is OAuth's word for it (RFC 6749, section 5.2), the message its description.

    `reason`: what the log is told and the client is not, if there is more to say.
    """

    def __init__(self, error: str, description: str, *, reason: str = "") -> None:
        self.error, self.reason = error, reason
        super().__init__(description)


class TemporarilyUnavailable(RequestError):
    """The same request may succeed later."""
