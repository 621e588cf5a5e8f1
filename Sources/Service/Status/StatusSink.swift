import Coordination
import Dispatch
import Foundation
import Messaging
import Synchronization

/// Has a page show the run while it goes on.
///
/// The thread that trains only notes what happened; a thread of its own tells the page's process, twice a second.
final class StatusSink: RunEventSink {
    /// What both threads know.
    private final class Shared: Sendable {
        let beat = Mutex(RunBeat())
        /// Signalled when the run is over.
        let ending = DispatchSemaphore(value: 0)
        /// Signalled when the page's process has ended.
        let over = DispatchSemaphore(value: 0)
    }
    private static let interval = 0.5
    private let shared = Shared()
    private var pace: RunPace
    private var hasEnded = false
    /// Bytes of messages until now; asked on the thread that trains.
    var traffic: () -> (sent: Int, received: Int) = { (0, 0) }

    /// Serves the page of the run in a directory; `rowsPerStep` are its job's.
    ///
    /// - Throws: when that can't be done, like where the port is somebody else's.
    init(_ address: StatusAddress, folder: String, rowsPerStep: Int) throws {
        pace = RunPace(rowsPerStep: rowsPerStep)
        let process = try StatusProcess(address, folder: folder)
        let url = address.url(port: process.port)
        Terminal.error("status page at \(url)")
        if !address.isLoopback { Terminal.error("note: whoever reaches \(url) can read it, unencrypted") }
        // Its one owner from here on is the thread below.
        nonisolated(unsafe) let page = process
        do { try OwnThread.start("status page") { [shared] in Self.keep(page, shared) } } catch {
            page.end()
            throw error
        }
    }

    private static func keep(_ page: StatusProcess, _ shared: Shared) {
        var told = RunBeat()
        var isOver = false
        while !isOver {
            isOver = shared.ending.wait(timeout: .now() + interval) == .success
            let beat = shared.beat.withLock { $0 }
            if beat != told, let message = try? beat.message, page.channel.send(message) { told = beat }
            if !isOver { page.tick() }
        }
        page.end()
        shared.over.signal()
    }

    func take(_ event: RunEvent, at time: Duration) {
        pace.take(event, at: time)
        switch event {
        case .stepDone(let step, let figures, let workers):
            let (rate, bytes) = (pace.recentRate, traffic())
            shared.beat.withLock { beat in
                (beat.step, beat.workers, beat.rowsPerSecond) = (step, workers, rate)
                beat.figures = figures.map { RunBeat.NamedFigure(name: $0.name, value: $0.value) }
                (beat.sentBytes, beat.receivedBytes) = bytes
            }
        case .started(let step, _, _), .wentBack(let step): shared.beat.withLock { $0.step = step }
        default: break
        }
    }

    func end() {
        if hasEnded { return }
        hasEnded = true
        shared.ending.signal()
        _ = shared.over.wait(timeout: .now() + 12)
    }
}
