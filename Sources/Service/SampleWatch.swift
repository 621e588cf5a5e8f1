import Foundation
import Messaging
import Signals

/// Whether a dataset's file is what it was, for a loop that is not to stand still while it is read again.
///
/// Where the file was touched, a thread of its own reads all of it, about a second a gigabyte. The one thread that owns
/// the watch asks, and is told when it is known.
final class SampleWatch {
    private let samples: Samples
    private let verdicts: Mailbox<Bool>
    /// Whether the file is being read again.
    private(set) var isLooking = false

    /// A watch over samples that were whole.
    init(_ samples: Samples) throws {
        self.samples = samples
        verdicts = try Mailbox()
    }

    /// Readable while a verdict waits.
    var descriptor: Int32 { verdicts.descriptor }

    /// Why the samples can't be relied on, in one line, while they can't be.
    var fault: String? { samples.fault }

    /// Whether the samples are known to be what they were; where they are not, they are being looked at from now on.
    ///
    /// It takes less than a microsecond while nobody touches the file.
    func isWhole() -> Bool {
        if samples.fault == nil { return true }
        if !isLooking { look() }
        return false
    }

    private func look() {
        isLooking = true
        let confirm: @Sendable () -> Void = { [owner = samples.owner, verdicts] in verdicts.put(owner.confirm()) }
        // Where there is no thread for it, whoever asks does it.
        do { try OwnThread.start("samples", confirm) } catch { confirm() }
    }

    /// What came of the look that was begun last: whether the samples are what they were; nil where there is none, or
    /// it goes on.
    func takeVerdict() -> Bool? { note(verdicts.takeAll()) }

    /// As `takeVerdict`, after waiting for it for `patience` at most.
    func awaitVerdict(patience: Duration) -> Bool? { isLooking ? note(verdicts.wait(timeout: patience)) : nil }

    private func note(_ verdicts: [Bool]) -> Bool? {
        if !verdicts.isEmpty { isLooking = false }
        return verdicts.last
    }
}
