import Dispatch
import Foundation

/// Removes a temporary folder when its work is done, or when a signal ends the program before.
struct RemovalAtEnd {
    private let folder: String
    private let sources: [any DispatchSourceSignal]

    /// From now on the folder goes with the program, however that is asked to end.
    init(of folder: String) {
        self.folder = folder
        sources = [SIGINT, SIGTERM, SIGHUP].compactMap { number in
            var action = sigaction()
            sigaction(number, nil, &action)
            let isDefault = unsafeBitCast(action.__sigaction_handler, to: Int.self) == 0
            guard isDefault else { return nil }  // somebody wants to go on, like under nohup
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                try? FileManager.default.removeItem(atPath: folder)
                signal(number, SIG_DFL)
                raise(number)
            }
            source.resume()
            return source
        }
    }

    /// Removes the folder.
    func remove() {
        for source in sources {
            source.cancel()
            signal(Int32(source.handle), SIG_DFL)
        }
        try? FileManager.default.removeItem(atPath: folder)
    }
}
