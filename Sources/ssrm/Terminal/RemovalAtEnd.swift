import Dispatch
import Foundation
import Service

/// Removes a temporary folder when its work is done, or when a signal ends the program before.
struct RemovalAtEnd {
    private let folder: String
    private let sources: [any DispatchSourceSignal]

    /// From now on the folder goes with the program, however that is asked to end.
    init(of folder: String) {
        self.folder = folder
        sources = [SIGINT, SIGTERM, SIGHUP].compactMap { number in
            if SignalInbox.isIgnored(number) { return nil }  // the caller wants it to go on, as under nohup
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
