package import Coordination
package import Messaging
package import Upstream

/// Where a run's checkpoints are written: its own directory, and perhaps a second place, each at its own pace.
package final class CheckpointPlaces {
    private let writers: [(folder: RunFolder, writer: CheckpointWriter)]
    /// What came of it, for the thread that trains.
    package let events: Mailbox<RunEvent>

    /// Writers that keep the last `kept` checkpoints in each place.
    package init(folder: RunFolder, copy: RunFolder?, kept: Int) throws {
        let events = try Mailbox<RunEvent>()
        self.events = events
        let places = [(folder, false)] + (copy.map { [($0, true)] } ?? [])
        writers = try places.map { ($0, try CheckpointWriter(folder: $0, kept: kept, events: events, isCopy: $1)) }
    }

    /// The run directory.
    var path: String { writers[0].folder.path }

    /// Writes a checkpoint whose state nobody will change any more; returns at once.
    package func write(_ newest: TrainingCheckpoint) {
        for place in writers { place.writer.write(newest) }
    }

    /// Tries again what could not be written, where it is time for that.
    package func tick() {
        for place in writers { place.writer.tick() }
    }

    /// Waits until all is written, with a last attempt where the last failed.
    ///
    /// - Throws: when the newest state is missing in one of the places; the line says where it is.
    package func finish() throws {
        var (faults, whole): ([String], [String]) = ([], [])
        for place in writers {
            do {
                try place.writer.finish()
                whole.append(place.folder.path)
            } catch {
                faults.append("\(error)")
            }
        }
        if faults.isEmpty { return }
        throw ServiceError((faults + whole.map { "it is in \($0)" }).joined(separator: "; "))
    }
}
