import CEDF
import Foundation
import Readers
import TestKit
import Testing

private let realFolder = Recordings.root + "/edf"

/// Opens a file with edflib.
private func withEDFLib(_ path: String, _ body: (UnsafeMutablePointer<edf_hdr_struct>) throws -> Void) throws {
    let header = UnsafeMutablePointer<edf_hdr_struct>.allocate(capacity: 1)
    defer { header.deallocate() }
    header.initialize(to: edf_hdr_struct())
    EDFLibrary.lock.lock()
    defer { EDFLibrary.lock.unlock() }
    try #require(edfopen_file_readonly(path, header, EDFLIB_READ_ALL_ANNOTATIONS) == 0)
    defer { edfclose_file(header.pointee.handle) }
    try body(header)
}

/// Compares everything that is read of a file with what edflib reads.
private func compare(_ path: String) throws {
    let file = try EDFFile(opening: path)
    #expect(file.notes == [])
    try withEDFLib(path) { header in
        let handle = header.pointee.handle
        try #require(Int(header.pointee.edfsignals) == file.signals.count)
        #expect(Double(header.pointee.file_duration) / Double(EDFLIB_TIME_DIMENSION) == file.duration)
        for (number, signal) in file.signals.enumerated() {
            var values = [Double](repeating: 0, count: signal.sampleCount)
            try #require(
                Int(edfread_physical_samples(handle, Int32(number), Int32(values.count), &values)) == values.count)
            #expect(try file.values(of: number, 0..<values.count).map(\.bitPattern) == values.map(\.bitPattern))
        }
        #expect(Int(header.pointee.annotations_in_file) == file.annotations.count)
        var annotation = edf_annotation_struct()
        for (number, own) in file.annotations.enumerated() {
            try #require(edf_get_annotation(handle, Int32(number), &annotation) == 0)
            #expect(Double(annotation.onset) / Double(EDFLIB_TIME_DIMENSION) == own.onset)
            let duration =
                annotation.duration_l < 0 ? nil : Double(annotation.duration_l) / Double(EDFLIB_TIME_DIMENSION)
            #expect(duration == own.duration)
            let text = withUnsafeBytes(of: annotation.annotation) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            #expect(text == own.text)
        }
    }
}

@Test func everyValueAndAnnotationIsTheSameAsWithEDFLib() throws {
    let folder = try TemporaryFolder()
    var bytes = EDFBytes(signals: [
        EDFBytes.Signal(name: "A", rate: 37, values: (0..<740).map { 3_000 * sin(Double($0)) }, limit: 3_276.7),
        EDFBytes.Signal(name: "B", rate: 1, values: (0..<20).map { Double($0) - 7.3 }, limit: 0.0123, unit: "mV"),
    ])
    bytes.annotations = [(0.5, 30, "Sleep stage W"), (4, nil, "é"), (7.125, 0, "none")]
    for kind in ["", "EDF+C", "BDF+C"] {
        bytes.kind = kind
        try compare(bytes.write(to: folder.path("x\(kind)")))
    }
}

@Test(.enabled(if: Recordings.areHere, Comment(rawValue: Recordings.absence)))
func everyValueOfRealRecordingsIsTheSameAsWithEDFLib() throws {
    for name in try FileManager.default.contentsOfDirectory(atPath: realFolder) where name.hasSuffix(".edf") {
        try compare("\(realFolder)/\(name)")
    }
}
