import Checkpoints
import Foundation
import Numerics

/// A folder where blocks of samples are kept from one job to the next: a file a block, with a digest behind its values
/// that no other block has, and none of another dataset.
///
/// They are recordings of people: only their owner may read the files, and a folder that is made for them.
///
/// A file that is not whole, or was altered, is as good as none. A folder that can't be written to is still read from.
/// Blocks, of whatever dataset, that no job has read for 30 days are removed when another one begins.
final class BlockFolder {
    private static let keptSeconds = 30.0 * 86_400
    private static let format = "ssrm.block.2"
    private let path: String
    /// Tells the dataset and the size of its blocks apart from others.
    private let dataset: String
    private var isWritten: Bool
    private let tell: (_ reason: String) -> Void
    private let tellAltered: (_ file: String) -> Void
    private var hasToldAltered = false

    /// The blocks of a dataset in a folder, which is made if it is not there.
    ///
    /// - Parameters:
    ///   - path: the folder.
    ///   - datasetDigest: the dataset's, as the coordinator says.
    ///   - samplesPerBlock: the size of its blocks.
    ///   - tellAltered: told, once, which file was found not to be what was kept.
    ///   - tell: told, once, why no blocks are kept from here on.
    init(
        _ path: String, datasetDigest: String, samplesPerBlock: Int, tellAltered: @escaping (_ file: String) -> Void,
        tell: @escaping (_ reason: String) -> Void
    ) {
        // A digest of what came from a network, which may be anything but the name of a file.
        let name = Array("\(Self.format) \(datasetDigest) \(samplesPerBlock)".utf8).withUnsafeBytes {
            SHA256Digest.hex(of: $0)
        }
        (self.path, dataset, self.tell) = (path, String(name.prefix(32)), tell)
        self.tellAltered = tellAltered
        do {
            try DurableFolder.make(path, permissions: 0o700)
            isWritten = true
            removeOldOnes()
        } catch {
            isWritten = false
            tell("\(error); give --cache another folder")
        }
    }

    /// Removes what bears the name of a block and was not read for long; whatever else is there is not this program's.
    private func removeOldOnes() {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else { return }
        for name in names where name.wholeMatch(of: /\.?[0-9a-f]{32}-[0-9]+\.block(\..*\.part)?/) != nil {
            let file = "\(path)/\(name)"
            var status = stat()
            guard lstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
            if Date().timeIntervalSince1970 - Double(status.st_mtim.tv_sec) > Self.keptSeconds { unlink(file) }
        }
    }

    private func file(_ block: Int) -> String { "\(path)/\(dataset)-\(block).block" }

    /// What tells a block from all others, this dataset's and another's: a file under another one's name is not taken
    /// for it.
    private func digest(_ block: Int, _ values: UnsafeRawBufferPointer) -> [UInt8] {
        (Array("\(dataset) \(block) ".utf8) + SHA256Digest.bytes(of: values))
            .withUnsafeBytes { SHA256Digest.bytes(of: $0) }
    }

    /// A block of `count` values that was kept here; nil where there is none that is whole.
    func block(_ block: Int, count: Int) -> FloatBlock? {
        var status = stat()
        guard stat(file(block), &status) == 0 else { return nil }
        let found = whole(block, count: count, status)
        // What may not be read, or was removed meanwhile, was not altered.
        if found == nil, !hasToldAltered, status.st_mode & S_IFMT == S_IFREG, access(file(block), R_OK) == 0 {
            hasToldAltered = true
            tellAltered(file(block))
        }
        return found
    }

    private func whole(_ block: Int, count: Int, _ status: stat) -> FloatBlock? {
        // A pipe, for example, would never end.
        guard status.st_mode & S_IFMT == S_IFREG,
            status.st_size == count * 4 + 32, let data = FileManager.default.contents(atPath: file(block)),
            data.count == count * 4 + 32
        else { return nil }
        return data.withUnsafeBytes { bytes in
            let values = UnsafeRawBufferPointer(rebasing: bytes[..<(count * 4)])
            guard digest(block, values).elementsEqual(bytes[(count * 4)...]) else { return nil }
            // When it was read last; a folder that can't be written to keeps what it has.
            utimensat(AT_FDCWD, file(block), nil, 0)
            let block = FloatBlock(uninitialised: count)
            UnsafeMutableRawBufferPointer(start: block.base, count: count * 4).copyMemory(from: values)
            return block
        }
    }

    /// Keeps a block, where the folder can be written to.
    func keep(_ block: Int, _ values: FloatBlock) {
        guard isWritten else { return }
        do throws(TensorFileError) {
            // Not forced to the disk: what a crash leaves half-written is known by its digest.
            let file = try PendingFile(for: file(block), permissions: 0o600, disk: .none)
            try file.append(values.bytes)
            var failure: TensorFileError?
            digest(block, values.bytes).withUnsafeBytes { digest in
                do throws(TensorFileError) { try file.append(digest) } catch { failure = error }
            }
            if let failure { throw failure }
            try file.commit()
        } catch {
            isWritten = false
            let reason = error.isLackOfSpace ? "there is no space left in \(path); make some, or" : "\(error);"
            tell("\(reason) give --cache another folder")
        }
    }
}
