import Dispatch
import Foundation
package import Service
import Synchronization
package import Upstream

/// Serves a run's page from this process.
///
/// It gives way to everything else on the machine, and reads what the run writes: whatever is done to it, the run
/// goes on.
package enum StatusPage {
    private static let interval = Duration.milliseconds(200)
    /// A process of more memory than this was led astray by somebody.
    private static let memoryLimit = 512 << 20
    /// How long those who look have to take the last of it.
    private static let farewell: UInt32 = 120_000

    /// Serves the page of the run in a directory until the process is ended, or until the run that started it ends.
    ///
    /// - Parameters:
    ///   - folder: the run directory.
    ///   - address: where.
    ///   - version: the program's.
    ///   - channel: what connects it with the run that started it; nil where a person did.
    ///   - told: is told of the page's address.
    /// - Throws: where it can't be served.
    package static func serve(
        _ folder: RunFolder, at address: StatusAddress, version: String, channel: StatusChannel?,
        told: (String) -> Void
    ) throws {
        signal(SIGPIPE, SIG_IGN)
        setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 19)
        if channel != nil {
            // Whoever ends the run ends this, too, and the run says when.
            for number in [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2] { signal(number, SIG_IGN) }
        }
        let feed = StatusFeed()
        do {
            let port = try started(try StatusServer(address, feed: feed))
            if let answer = try? JSONEncoder().encode(StatusChannel.Answer.served(port: port)) { channel?.send(answer) }
            told(address.url(port: port))
        } catch {
            guard let channel else { throw error }
            let isPortTaken = (error as? StatusPageError)?.isPortTaken ?? false
            channel.send(
                try JSONEncoder().encode(StatusChannel.Answer.failed(reason: "\(error)", isPortTaken: isPortTaken)))
            _exit(1)
        }
        try follow(folder, version: version, feed: feed, channel: channel)
    }

    /// Starts a server, and waits until it serves.
    private static func started(_ server: StatusServer) throws -> Int {
        let result = Mutex<Result<Int, any Error>?>(nil)
        let ready = DispatchSemaphore(value: 0)
        Task {
            let found: Result<Int, any Error>
            do {
                found = .success(
                    try await server.start { reason in
                        Terminal.error("the server of the status page ended: \(reason)")
                        Terminal.flush()
                        _exit(1)
                    })
            } catch { found = .failure(error) }
            result.withLock { $0 = found }
            ready.signal()
        }
        ready.wait()
        guard let found = result.withLock({ $0 }) else { throw StatusPageError("it did not start") }
        return try found.get()
    }

    private static func follow(
        _ folder: RunFolder, version: String, feed: StatusFeed, channel: StatusChannel?
    ) throws {
        var maker = StatusMaker(folder, version: version, session: feed.session)
        while true {
            if let channel {
                var patience = interval
                while let message = channel.receive(patience: patience) {
                    if message.isEmpty {
                        feed.publish(try maker.make(isLast: true, followers: feed.listenerCount))
                        usleep(farewell)
                        return
                    }
                    if let beat = try? RunBeat(message: message) { maker.beat = beat }
                    patience = .zero
                }
            } else {
                usleep(UInt32(1e6 * interval.seconds))
            }
            guard residentBytes < memoryLimit else {
                throw StatusPageError("it has taken more than \(memoryLimit >> 20) MiB of memory")
            }
            guard maker.isDue else { continue }
            feed.setDue()
            if feed.isWanted { feed.publish(try maker.make(followers: feed.listenerCount)) }
        }
    }

    /// Memory that this process has.
    private static var residentBytes: Int {
        let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
        let fields = text.split(separator: " ")
        return fields.count > 1 ? (Int(fields[1]) ?? 0) * Int(getpagesize()) : 0
    }
}
