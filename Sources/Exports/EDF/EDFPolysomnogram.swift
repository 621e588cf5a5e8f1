import Datasets
import Foundation

/// Signals of a night as an EDF+ file, a data record a sleep epoch of 30 s, in 16 bits a value.
struct EDFPolysomnogram {
    struct Channel {
        let name: String
        let unit: String
        /// Values per sleep epoch times their number.
        let values: [Float]
    }

    let channels: [Channel]
    let epochCount: Int
    let patientCode: String
    let start: RecordingStart?

    /// The file.
    ///
    /// - Precondition: each channel has as many values for each sleep epoch, at least one; all are finite.
    var bytes: Data {
        let signals = channels.map { channel -> EDFPlusHeader.Signal in
            precondition(channel.values.count % epochCount == 0, "\(channel.values.count) values, \(epochCount) epochs")
            let largest = channel.values.reduce(0) { max($0, abs($1)) }
            return EDFPlusHeader.Signal(
                label: channel.name, unit: channel.unit, limit: max(Int(largest.rounded(.up)), 1),
                samplesPerRecord: channel.values.count / epochCount)
        }
        // Each record's first list says when it begins, here in at most ten bytes.
        let annotationBytes = 12
        let header = EDFPlusHeader(
            patientCode: patientCode, start: start, recordCount: epochCount, recordSeconds: 30, signals: signals,
            annotationBytes: annotationBytes)
        var bytes = Data(header.bytes)
        bytes.reserveCapacity(
            bytes.count + epochCount * (annotationBytes + channels.reduce(0) { $0 + $1.values.count * 2 }))
        for epoch in 0..<epochCount {
            for (channel, signal) in zip(channels, signals) {
                let step = Float(signal.limit) / Float(EDFPlusHeader.largest)
                let first = epoch * signal.samplesPerRecord
                for value in channel.values[first..<first + signal.samplesPerRecord] {
                    let digital = Int16((value / step).rounded())
                    bytes.append(UInt8(truncatingIfNeeded: digital))
                    bytes.append(UInt8(truncatingIfNeeded: digital >> 8))
                }
            }
            let list = Array("+\(epoch * 30)\u{14}\u{14}\u{0}".utf8)
            bytes += list + [UInt8](repeating: 0, count: annotationBytes - list.count)
        }
        return bytes
    }
}
