import Checkpoints
import Foundation
import Messaging
import Synchronization

extension KeyFolder {
    /// What a coordinator or a relay needs to take in those who may come, now and as the list changes.
    func reception() throws -> Reception.Keys {
        let state = Mutex(fileState)
        let keys = try authorized()
        return Reception.Keys(pair: try pair(), authorized: keys) {
            let now = fileState
            guard state.withLock({ $0 != now }) else { return nil }
            // A list that is gone was removed by mistake, or is about to be replaced: it says nothing.
            guard now != nil else { throw ServiceError("\(authorizedFile): it is gone; the last list stays in force") }
            do {
                let keys = try authorized()
                state.withLock { $0 = now }
                return keys
            } catch {
                throw ServiceError("\(error); the last list stays in force")
            }
        }
    }

    /// What tells the list from itself after a change.
    private var fileState: RegularFile.Identity? { (try? RegularFile(opening: authorizedFile))?.identity }
}
