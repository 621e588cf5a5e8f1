import Checkpoints
import Dispatch
import Foundation
import Service
import Synchronization

/// Removes a temporary folder when its work is done, or when a signal ends the program before.
///
/// One may begin within another's work: a signal then takes the folders of all.
struct RemovalAtEnd {
    /// The folders that are to go, the newest last, and what hears the signals while there are any.
    private static let state = Mutex((folders: [UnfinishedFolder](), sources: [any DispatchSourceSignal]()))
    private let folder: UnfinishedFolder

    /// From now on the folder goes with the program, however that is asked to end.
    init(of folder: UnfinishedFolder) {
        self.folder = folder
        Self.state.withLock { state in
            if state.folders.isEmpty { state.sources = Self.sources() }
            state.folders.append(folder)
        }
    }

    /// Removes the folder, where it is still to be removed.
    func remove() {
        folder.remove {}  // while the signals are still heard
        Self.state.withLock { state in
            state.folders.removeAll { $0 === folder }
            guard state.folders.isEmpty else { return }
            for source in state.sources {
                source.cancel()
                signal(Int32(source.handle), SIG_DFL)
            }
            state.sources = []
        }
    }

    private static func sources() -> [any DispatchSourceSignal] {
        [SIGINT, SIGTERM, SIGHUP].compactMap { number in
            if SignalInbox.isIgnored(number) { return nil }  // the caller wants it to go on, as under nohup
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { endProgram(by: number) }
            source.resume()
            return source
        }
    }

    /// Removes all folders, and ends the program by the signal; meanwhile whoever begins or ends a removal waits.
    private static func endProgram(by number: Int32) {
        func end(_ rest: ArraySlice<UnfinishedFolder>) {
            if let newest = rest.last { return newest.remove { end(rest.dropLast()) } }
            signal(number, SIG_DFL)
            var own = sigset_t()
            sigemptyset(&own)
            sigaddset(&own, number)
            pthread_sigmask(SIG_UNBLOCK, &own, nil)  // the queue's threads may block it
            raise(number)
        }
        state.withLock { state in end(state.folders[...]) }
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
