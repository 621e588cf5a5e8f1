import Reports
import Testing

/// What follows a gap is called by its first position, and begins with the whole recording.
@Test func aStretchBehindAGapHasTheStartOfItsRecording() throws {
    let lines = "recording,start\nnight,22:47\nb+7,21:00\n\"a,c\",23:00\n"
    var bytes = Array(lines.utf8)
    let starts = try bytes.withUnsafeMutableBytes {
        try RecordingStarts(csv: UnsafeRawBufferPointer($0), path: "s.csv")
    }
    #expect(try starts.start(of: "night", from: 0).text == "22:47:00")
    #expect(try starts.start(of: "night+20", from: 20).text == "22:47:00")
    #expect(try starts.start(of: "night+20", from: 25).text == "22:47:00")  // not all of it was answered
    #expect(try starts.start(of: "a,c+3", from: 3).text == "23:00:00")
    #expect(try starts.start(of: "b+7", from: 0).text == "21:00:00")
    for (name, first, words) in [
        ("night+20", 3, "recording night+20 begins"),
        ("other+20", 20, "recording other begins: add a line for it, like other,22:47"),
        ("+20", 20, "recording +20 begins"), ("x,y+5", 5, "like \"x,y\",22:47"),
    ] {
        let error = #expect(throws: ReportError.self) { try starts.start(of: name, from: first) }
        #expect(error?.description.contains(words) == true)
    }
}
