import Checkpoints
import Foundation

/// A folder in which what takes long keeps what it has, so that it goes on after an interruption.
///
/// A file in it says what decides the bits, and a folder of anything else is refused.
enum KeptFolder {
    /// What decides the bits is no longer than this.
    private static let largestOrigin = 1 << 26

    /// Takes a folder for something; it is made where there is none.
    ///
    /// - Parameters:
    ///   - folder: the folder.
    ///   - origin: what decides the bits of what it keeps.
    ///   - name: the file's.
    ///   - others: what a folder of another origin keeps, to follow "it keeps".
    ///   - difference: the first thing in which such an origin is otherwise, in words.
    /// - Throws: `SleepRecognitionError.kept` where the folder is another's or can't be written.
    static func claim<Origin: Codable & Equatable>(
        _ folder: String, for origin: Origin, named name: String, keeping others: String,
        difference: (Origin) -> String
    ) throws(SleepRecognitionError) {
        let path = "\(folder)/\(name)"
        func refusal(_ reason: String) -> SleepRecognitionError { .kept(folder: folder, reason: reason) }
        /// Makes sure that the folder is this one's; false where it says of nothing whose it is.
        func isOwn() throws(SleepRecognitionError) -> Bool {
            guard access(path, F_OK) == 0 else { return false }
            let known: Origin
            do {
                let file = try RegularFile(opening: path)
                guard file.byteCount <= largestOrigin else { throw NotAsWritten() }
                known = try decoded(Data(try file.firstBytes()))
            } catch {
                throw refusal("\(name) can't be read (\(error)); name another folder, or remove this one")
            }
            guard known == origin else {
                throw refusal("it keeps \(others): \(difference(known)); name another folder, or remove this one")
            }
            guard access(folder, W_OK) == 0 else {
                throw refusal("nothing more can be kept in it: \(TensorFileError.lastReason)")
            }
            return true
        }
        if try isOwn() { return }
        if mkdir(folder, 0o777) != 0 {
            guard errno == EEXIST else { throw refusal("the folder can't be made: \(TensorFileError.lastReason)") }
            guard access("\(folder)/.", R_OK | W_OK | X_OK) == 0 else {
                throw refusal("it can't be read or written: \(TensorFileError.lastReason)")
            }
            let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [""]
            // Another process may just have begun with it.
            guard files.allSatisfy({ $0.hasSuffix(".part") }) else {
                if try isOwn() { return }
                throw refusal("something else is there; name a new folder or an empty one")
            }
        }
        // Another process may begin with it at the same time: whose it is says what is there then.
        _ = try about(folder) { try WholeFile.create(encoded(origin), at: path) }
        _ = try isOwn()
    }

    /// What is otherwise in a folder, in words.
    static func difference(_ name: String, _ ours: Any, _ its: Any) -> String { "its \(name) is \(its), not \(ours)" }

    /// A value as a file has it.
    static func encoded(_ value: some Encodable) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do { return try encoder.encode(value) } catch { throw NotFinite() }
    }

    /// JSON has no other.
    private struct NotFinite: Error, CustomStringConvertible {
        let description = "a probability is no finite number"
    }

    /// What a file has.
    static func read<Value: Decodable>(_ path: String) throws -> Value {
        let bytes: Data
        do { bytes = try Data(contentsOf: URL(filePath: path)) } catch {
            throw TensorFileError.unreadable(path: path, reason: TensorFileError.lastReason)
        }
        return try decoded(bytes)
    }

    private static func decoded<Value: Decodable>(_ bytes: Data) throws -> Value {
        do { return try JSONDecoder().decode(Value.self, from: bytes) } catch { throw NotAsWritten() }
    }

    private struct NotAsWritten: Error, CustomStringConvertible {
        let description = "it is not as it was written"
    }
}
