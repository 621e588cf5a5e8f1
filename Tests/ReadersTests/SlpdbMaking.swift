import Foundation
import Numerics
import TestKit

/// `h:mm:ss.mmm` of a number of milliseconds.
func slpdbClock(_ milliseconds: Int) -> String {
    let (seconds, rest) = (milliseconds / 1000, milliseconds % 1000)
    return String(format: "%d:%02d:%02d.%03d", seconds / 3600, seconds / 60 % 60, seconds % 60, rest)
}

/// The texts of a made-up record in a folder.
struct SlpdbRecordTexts {
    var header = "slp01a 4 250/0.033(9) 150000 23:07:00\nslp01a.dat 212 500 12 0 0 0 0 ECG\n# 44 M 89\n"
    var stages = (0..<20).map {
        "    \(slpdbClock($0 * 30_000)) \(max($0 * 7500, 1))  \"  0  0  0\t\("WW12341RR2"[$0 / 2]) HA"
    }
    var beats: [String] = []

    /// A record of 20 sleep epochs with a beat about every second, but none in `pause`, in seconds.
    init(pause: Range<Int> = 0..<0) {
        var random = RandomSequence(seed: 4, stream: 4)
        var (time, kind) = (0, "[0]")
        while true {
            var length = 900 + 4 * Int.random(in: 0...40, using: &random)
            if pause.contains((time + length) / 1000) { length = pause.upperBound * 1000 - time }
            if time + length >= 600_000 { return }
            let seconds = String(format: "%.3f", Double(length) / 1000)
            beats.append("\(slpdbClock(time))\t\(kind)\t\(seconds)\tN\t\(slpdbClock(time + length))")
            (time, kind) = (time + length, "N")
        }
    }

    func write(to folder: TemporaryFolder, _ name: String = "slp01a", lineEnd: String = "\n") throws {
        try folder.write(header.replacing("\n", with: lineEnd), to: name + ".hea")
        let title = "Elapsed time  Sample #  Type  Sub Chan  Num\tAux"
        try folder.write(([title] + stages).map { $0 + lineEnd }.joined(), to: name + ".an")
        try folder.write(beats.map { $0 + lineEnd }.joined(), to: name + ".rr")
    }
}

extension String {
    fileprivate subscript(_ offset: Int) -> Character { self[index(startIndex, offsetBy: offset)] }
}
