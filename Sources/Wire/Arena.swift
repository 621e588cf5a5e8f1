package import CWire
import Foundation

/// C memory for one header's parts, freed together.
package final class Arena {
    private var allocations: [UnsafeMutableRawPointer] = []

    deinit { for allocation in allocations { free(allocation) } }

    package init() {}

    /// Zeroed memory for `count` values.
    package func allocate<T>(_ type: T.Type, count: Int) -> UnsafeMutablePointer<T> {
        guard let raw = calloc(max(count, 1), MemoryLayout<T>.stride) else { fatalError("out of memory") }
        allocations.append(raw)
        return raw.bindMemory(to: T.self, capacity: max(count, 1))
    }

    /// A message of the generated kind, initialised and then filled.
    package func make<T>(
        _ initialise: (UnsafeMutablePointer<T>?) -> Void, _ fill: (inout T) -> Void
    ) -> UnsafeMutablePointer<T> {
        let value = allocate(T.self, count: 1)
        initialise(value)
        fill(&value.pointee)
        return value
    }

    /// A text as C has it.
    package func text(_ string: String) -> UnsafeMutablePointer<CChar> {
        let bytes = string.utf8
        let copy = allocate(CChar.self, count: bytes.count + 1)
        for (i, byte) in bytes.enumerated() { copy[i] = CChar(bitPattern: byte) }
        return copy
    }

    /// Bytes with their length.
    package func data(_ bytes: [UInt8]) -> ProtobufCBinaryData {
        let copy = allocate(UInt8.self, count: bytes.count)
        copy.update(from: bytes, count: bytes.count)
        return ProtobufCBinaryData(len: bytes.count, data: copy)
    }

    /// A list of pointers.
    package func pointers<T>(_ values: [UnsafeMutablePointer<T>]) -> UnsafeMutablePointer<UnsafeMutablePointer<T>?> {
        let list = allocate(UnsafeMutablePointer<T>?.self, count: values.count)
        for (i, value) in values.enumerated() { list[i] = value }
        return list
    }
}
