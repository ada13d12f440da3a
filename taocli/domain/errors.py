"""Every way taocli can fail, as one tree.

An error answers three questions (what happened, why, how to fix it), carries a stable code for
``taocli explain CODE`` and owns the exit code of the process. Shells draw errors; this module only
names them, so it imports nothing.

    TaoError                    B001   1   a bug in taocli
    ├── UsageError              U1xx   2   the command line cannot be understood
    ├── NetworkError            N1xx  10   an endpoint cannot be reached or answers nonsense
    ├── WalletError             W1xx  11   a key, keyfile or password
    ├── ValidationError         V1xx  12   a value that cannot be right
    ├── ChainRefused            C1xx  13   the chain said no
    ├── FileSystemError         F1xx  14   disk, permissions, locks
    ├── DeadlineExceeded        T1xx  15   no answer in time
    ├── WorkerError             M1xx  16   the model or the process that serves it
    ├── PluginError             P1xx  17   a subnet plug-in
    ├── PriceError              S1xx  20   a price limit or slippage bound
    ├── PolicyError             L1xx  21   the owner's own spending policy
    ├── Declined                D1xx  22   the user said no, or nobody was there to ask
    └── Unhealthy               H1xx  30   not registered, or a check failed
"""

from taocli.domain.failure import ExitCode, TaoError, error_classes

__all__ = ["ExitCode", "TaoError", "error_classes"]  # from here too: most modules need both


class UsageError(TaoError):
    """The command line asks for something that does not exist or does not fit together."""

    code = "U101"
    exit_code = ExitCode.USAGE


class NetworkError(TaoError):
    """An endpoint failed in a way no finer class describes."""

    code = "N100"
    exit_code = ExitCode.NETWORK
    retryable = True


class CannotConnect(NetworkError):
    """Nothing answers at the endpoint."""

    code = "N101"


class ConnectionLost(NetworkError):
    """The connection broke while a request was under way."""

    code = "N102"


class PortInUse(NetworkError):
    """A local port that taocli wants to listen on is taken."""

    code = "N103"
    retryable = False


class RpcFailed(NetworkError):
    """The node answered a request with a JSON-RPC error, kept as ``number`` and ``data``."""

    code = "N104"

    def __init__(
        self, what: str, why: str = "", fix: str = "", *, number: int | None = None, data: str = ""
    ) -> None:
        super().__init__(what, why, fix)
        self.number = number
        self.data = data


class UnsupportedRuntime(NetworkError):
    """The chain's runtime lacks a call, storage item or API that the command needs."""

    code = "N105"
    retryable = False


class WalletError(TaoError):
    """A wallet failed in a way no finer class describes."""

    code = "W100"
    exit_code = ExitCode.WALLET


class WalletNotFound(WalletError):
    """No wallet or hotkey of that name is on this machine."""

    code = "W101"


class WalletExists(WalletError):
    """A key of that name is already there and is never overwritten."""

    code = "W102"


class WrongPassword(WalletError):
    """The password does not open the keyfile (or the file is damaged: the two look alike)."""

    code = "W103"


class KeyfileDamaged(WalletError):
    """A keyfile cannot be read as any known format."""

    code = "W104"


class KeyMissing(WalletError):
    """The action needs a private key that is not on this machine."""

    code = "W105"


class UnsupportedKey(WalletError):
    """A key of a kind that taocli does not handle."""

    code = "W106"


class KeyDisagreement(WalletError):
    """Two independent derivations, or a key and its address, disagree; nothing was written."""

    code = "W107"


class WeakPassword(WalletError):
    """The password would not survive a guessing attack."""

    code = "W108"


class NameTaken(WalletError):
    """A name in the address book stands for another account already."""

    code = "W109"


class NameUnknown(WalletError):
    """Neither a wallet nor the address book knows a name, or the two contradict each other."""

    code = "W110"


class ValidationError(TaoError):
    """A value that cannot be right."""

    code = "V100"
    exit_code = ExitCode.VALIDATION


class InvalidAmount(ValidationError):
    """An amount of money that cannot be parsed or represented."""

    code = "V101"


class UnitMismatch(ValidationError):
    """TAO and alpha, or the alpha of two subnets, were mixed."""

    code = "V102"


class InvalidAddress(ValidationError):
    """Text that is not an SS58 address of this network family."""

    code = "V103"


class InvalidName(ValidationError):
    """A wallet or hotkey name that would not be safe as a file name."""

    code = "V104"


class InvalidMnemonic(ValidationError):
    """A recovery phrase with wrong words, length or checksum."""

    code = "V105"


class InvalidSetting(ValidationError):
    """A configuration value that cannot be right."""

    code = "V106"


class InvalidRequest(ValidationError):
    """A request from the network that does not have the promised shape."""

    code = "V107"


class Unauthenticated(ValidationError):
    """A signed request whose signature, freshness or receiver does not hold."""

    code = "V108"


class ChainRefused(TaoError):
    """The chain rejected a transaction before or while running it."""

    code = "C100"
    exit_code = ExitCode.CHAIN


class DispatchFailed(ChainRefused):
    """A call was included in a block and failed; the fee is spent, nothing else changed.

    ``error_name`` is the chain's own name for it, such as ``SettingWeightsTooFast``.
    """

    code = "C101"

    def __init__(self, what: str, why: str = "", fix: str = "", *, error_name: str = "") -> None:
        super().__init__(what, why, fix)
        self.error_name = error_name


class InvalidTransaction(ChainRefused):
    """The transaction pool refused the transaction; nothing was spent."""

    code = "C102"


class NotEnoughBalance(ChainRefused):
    """The account cannot pay the amount and the fee."""

    code = "C103"


class ChainChanged(ChainRefused):
    """Genesis, runtime or metadata changed between plan and signature; nothing was signed."""

    code = "C104"


class FileSystemError(TaoError):
    """A file or directory cannot be used."""

    code = "F100"
    exit_code = ExitCode.FILE_SYSTEM


class UnsafePermissions(FileSystemError):
    """Somebody else could read or replace a file that must be private."""

    code = "F101"


class AlreadyRunning(FileSystemError):
    """Another process holds the lock of the same miner or chain."""

    code = "F102"


class DeadlineExceeded(TaoError):
    """No answer within the deadline."""

    code = "T101"
    exit_code = ExitCode.TIMEOUT
    retryable = True


class WorkerError(TaoError):
    """The model worker failed in a way no finer class describes."""

    code = "M100"
    exit_code = ExitCode.WORKER


class NoGpu(WorkerError):
    """A GPU was asked for by number and this machine has none that torch can use."""

    code = "M101"


class ModelInvalid(WorkerError):
    """A model directory lacks a file, or a file in it is damaged."""

    code = "M102"


class UnsupportedModel(WorkerError):
    """A model architecture or feature that the engine does not implement."""

    code = "M103"


class WorkerDied(WorkerError):
    """The worker process ended while a request was running."""

    code = "M104"
    retryable = True


class WorkerExtraMissing(WorkerError):
    """torch is not installed: the optional part ``taocli[worker]`` is missing."""

    code = "M105"


class WorkerBusy(WorkerError):
    """The worker refuses work it could not finish in time."""

    code = "M106"
    retryable = True


class PluginError(TaoError):
    """A subnet plug-in is missing or broken."""

    code = "P101"
    exit_code = ExitCode.PLUGIN


class PriceError(TaoError):
    """A price is beyond the limit that the user set; nothing was spent."""

    code = "S101"
    exit_code = ExitCode.PRICE


class PolicyError(TaoError):
    """The owner's policy file forbids the action; nothing was signed."""

    code = "L101"
    exit_code = ExitCode.POLICY


class Declined(TaoError):
    """The user answered no."""

    code = "D101"
    exit_code = ExitCode.DECLINED


class NoTerminal(Declined):
    """A question must be asked and there is no terminal to ask on."""

    code = "D102"


class Unhealthy(TaoError):
    """A check failed."""

    code = "H100"
    exit_code = ExitCode.UNHEALTHY


class NotRegistered(Unhealthy):
    """The hotkey has no slot in the subnet."""

    code = "H101"


class SignatureInvalid(Unhealthy):
    """A signature is not of this key over this message."""

    code = "H102"


class BackupMismatch(Unhealthy):
    """A written-down phrase is a valid one, but of another key."""

    code = "H103"
