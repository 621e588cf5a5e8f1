import Exports
import Foundation
import Testing

/// The records of an event file, whose checks are computed bit by bit.
private func records(_ bytes: Data) throws -> [Data] {
    func check(_ bytes: Data) -> UInt32 {
        var value = ~UInt32(0)
        for byte in bytes {
            value ^= UInt32(byte)
            for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0x82F6_3B78 : value >> 1 }
        }
        value = ~value
        return (value >> 15 | value << 17) &+ 0xA282_EAD8
    }
    func number(_ bytes: Data) -> UInt64 { bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) } }
    var (rest, found) = (bytes, [Data]())
    while !rest.isEmpty {
        let length = Int(number(rest.prefix(8)))
        #expect(UInt32(number(rest.dropFirst(8).prefix(4))) == check(rest.prefix(8)))
        let message = rest.dropFirst(12).prefix(length)
        #expect(UInt32(number(rest.dropFirst(12 + length).prefix(4))) == check(message))
        found.append(Data(message))
        rest = Data(rest.dropFirst(16 + length))
    }
    return found
}

@Test func anEventFileHasARecordAStep() throws {
    let metrics = """
        {"loss":1.5,"rows_per_s":10,"seconds":2,"step":10,"time":[{"compute_ms":1,"exchange_ms":2,"wait_ms":0,"worker":"a/b"}],"workers":1}
        {"loss":0,"seconds":3.5,"step":20,"workers":2}
        {"loss":"inf","seconds":1,"step":30,"workers":2}
        {"loss":0.1,"sec
        """
    let events = """
        {"event":"started","seconds":0,"step":0,"steps":30,"time":"2024-03-31T22:00:00.500Z"}
        {"event":"joined","seconds":0,"time":"2024-03-31T22:00:00.500Z"}
        {"event":"started","seconds":0.5,"step":20,"steps":30,"time":"2024-04-01T10:00:00Z"}
        """
    let found = try records(
        try TensorBoardEvents(metrics: Data(metrics.utf8), events: Data(events.utf8)).bytes)
    #expect(found.count == 4)
    #expect(found[0].range(of: Data("brain.Event:2".utf8)) != nil)
    for tag in ["loss", "run/rows_per_s", "run/workers", "workers/a/b/compute_ms"] {
        #expect(found[1].range(of: Data(tag.utf8)) != nil, "\(tag)")
    }
    // A figure of 0 is there, too: field 2, 32 bits.
    #expect(found[2].range(of: Data("loss".utf8) + [0x15, 0, 0, 0, 0]) != nil)
    func time(_ record: Data) -> Double {
        Double(bitPattern: record.dropFirst().prefix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) })
    }
    #expect(found.map(time) == [1_711_922_400.5, 1_711_922_402.5, 1_711_922_404, 1_711_965_600.5])
}

@Test func aRunWithoutFiguresHasNoEvents() {
    #expect(throws: ExportError.self) { try TensorBoardEvents(metrics: Data("x\n".utf8), events: nil) }
}
