import CWire
import Coordination
package import Foundation
import Wire

/// An event file as TensorBoard reads it: figures over steps.
///
/// A record is its length (64 bits), that length's masked check (32 bits), an `Event` message and that message's masked
/// check, all with the lowest byte first.
package struct TensorBoardEvents {
    /// The file, or what is to be added to one.
    package private(set) var bytes = Data()
    /// When the run began, or its last part, in seconds since 1970.
    private let start: Double

    /// A file that begins at a time, in seconds since 1970.
    package init(start: Double) {
        self.start = start
        append(time: start, step: 0) { event, arena in
            event.what_case = SSRM__TENSORBOARD__EVENT__WHAT_FILE_VERSION
            event.file_version = arena.text("brain.Event:2")
        }
    }

    /// What is to be added to a file of a run of which the part in hand began at a time, in seconds since 1970.
    package init(goingOn start: Double) { self.start = start }

    /// The name of such a file; TensorBoard reads those of a folder in the order of their numbers.
    package static func fileName(_ number: Int) -> String {
        "events.out.tfevents.\(String(repeating: "0", count: max(10 - "\(number)".count, 0)))\(number).ssrm"
    }

    /// Adds the figures of lines of `metrics.jsonl`, all of the part in hand.
    package mutating func add(lines: Data) {
        let start = start
        _ = add(RunMetrics.lines(of: lines)) { _ in start }
    }

    /// Adds the figures of a step.
    ///
    /// - Parameters:
    ///   - figures: each with its name; names with a slash stand together.
    ///   - step: the step.
    ///   - time: when it was done, in seconds since 1970.
    package mutating func add(_ figures: [(name: String, value: Double)], step: Int, time: Double) {
        append(time: time, step: step) { event, arena in
            let values = figures.map { name, value in
                arena.make(ssrm__tensorboard__summary__value__init) {
                    $0.tag = arena.text(name)
                    $0.value_case = SSRM__TENSORBOARD__SUMMARY__VALUE__VALUE_SIMPLE_VALUE
                    $0.simple_value = Float(value)
                }
            }
            event.what_case = SSRM__TENSORBOARD__EVENT__WHAT_SUMMARY
            event.summary = arena.make(ssrm__tensorboard__summary__init) {
                ($0.n_value, $0.value) = (values.count, arena.pointers(values))
            }
        }
    }

    private mutating func append(
        time: Double, step: Int, _ fill: (inout Ssrm__Tensorboard__Event, Arena) -> Void
    ) {
        let arena = Arena()
        var event = Ssrm__Tensorboard__Event()
        ssrm__tensorboard__event__init(&event)
        (event.wall_time, event.step) = (time, Int64(step))
        fill(&event, arena)
        let message = withUnsafePointer(to: &event) { event in
            [UInt8](unsafeUninitializedCapacity: ssrm__tensorboard__event__get_packed_size(event)) { buffer, count in
                count = ssrm__tensorboard__event__pack(event, buffer.baseAddress)
            }
        }
        let length = Self.bytes(UInt64(message.count))
        bytes += length + Self.bytes(CRC32C.masked(length)) + message + Self.bytes(CRC32C.masked(message))
    }

    private static func bytes(_ number: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: number.littleEndian) { Array($0) }
    }
}
