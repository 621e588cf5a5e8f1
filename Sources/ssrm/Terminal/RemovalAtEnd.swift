import Checkpoints
import Dispatch
import Foundation
import Service

/// Removes a temporary folder when its work is done, or when a signal ends the program before.
struct RemovalAtEnd {
    private let folder: UnfinishedFolder
    private let sources: [any DispatchSourceSignal]

    /// From now on the folder goes with the program, however that is asked to end.
    init(of folder: UnfinishedFolder) {
        self.folder = folder
        sources = [SIGINT, SIGTERM, SIGHUP].compactMap { number in
            if SignalInbox.isIgnored(number) { return nil }  // the caller wants it to go on, as under nohup
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                folder.remove {
                    signal(number, SIG_DFL)
                    var own = sigset_t()
                    sigemptyset(&own)
                    sigaddset(&own, number)
                    pthread_sigmask(SIG_UNBLOCK, &own, nil)  // the queue's threads may block it
                    raise(number)
                }
            }
            source.resume()
            return source
        }
    }

    /// Removes the folder, where it is still to be removed.
    func remove() {
        for source in sources {
            source.cancel()
            signal(Int32(source.handle), SIG_DFL)
        }
        folder.remove {}
    }
}

extension WholeFolder {
    /// Writes files into a new folder, of which nothing is left where a signal ends the program before all are there.
    ///
    /// - Throws: `TensorFileError.unwritable`; then there is no such folder.
    static func writeUnlessEnded(_ files: some Sequence<File>, to folder: String) throws {
        let unfinished = UnfinishedFolder()
        let removal = RemovalAtEnd(of: unfinished)
        defer { removal.remove() }
        try write(files, to: folder, unfinished: unfinished)
    }
}
