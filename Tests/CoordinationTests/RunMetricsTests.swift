import Coordination
import Foundation
import Testing

/// Lines of `metrics.jsonl`, which one type writes and reads.
@Suite struct RunMetricsTests {
    private func line(_ text: String) throws -> RunMetrics { try RunMetrics(line: Data(text.utf8)) }

    @Test func whatIsWrittenIsRead() throws {
        let worker = RunMetrics.Worker(worker: "lab:1", computing: 2, exchanging: 1, waiting: 0.5, leaves: 4)
        let metrics = RunMetrics(
            step: 20, seconds: 1.5, workers: 2, rowsPerSecond: 1000, round: 3.5, time: [worker],
            figures: ["loss": 0.5, "large": .infinity, "none": .nan])
        let text = String(decoding: try metrics.line, as: UTF8.self)
        #expect(
            text == """
                {"large":"inf","loss":0.5,"none":"nan","round_ms":3.5,"rows_per_s":1000,"seconds":1.5,"step":20,\
                "time":[{"compute_ms":2,"exchange_ms":1,"leaves":4,"wait_ms":0.5,"worker":"lab:1"}],"workers":2}
                """)
        let read = try line(text)
        #expect(read.step == 20 && read.seconds == 1.5 && read.workers == 2 && read.rowsPerSecond == 1000)
        #expect(read.round == 3.5 && read.time.map(\.worker) == ["lab:1"] && read.time[0].leaves == 4)
        #expect(read.figures["loss"] == 0.5 && read.figures["large"] == .infinity)
        #expect(read.figures["none"]?.isNaN == true)
    }

    @Test func whatIsNoNumberIsNoFigure() throws {
        let read = try line(#"{"step":1,"seconds":1,"workers":1,"loss":0.5,"note":"text","more":{"a":1}}"#)
        #expect(read.figures == ["loss": 0.5] && read.round == nil && read.rowsPerSecond == nil && read.time.isEmpty)
    }

    @Test(arguments: [
        #""step":-1"#, #""step":9007199254740992"#, #""step":1.5"#, #""step":"1""#, #""loss":1"#,
    ])
    func aLineWithoutAStepThatARunMayHaveIsNotRead(numbers: String) {
        #expect(throws: DecodingError.self) { try line("{\"seconds\":1,\"workers\":1,\(numbers)}") }
    }

    @Test(arguments: [
        #""rows_per_s":-1,"round_ms":-0.5"#, #""rows_per_s":1e300,"round_ms":1e16"#,
        #""rows_per_s":"many","round_ms":null,"time":5"#,
    ])
    func whatElseNoRunWritesIsLeftOut(numbers: String) throws {
        let read = try line("{\"seconds\":1,\"workers\":1,\"step\":1,\"loss\":2,\(numbers)}")
        #expect(read.rowsPerSecond == nil && read.round == nil && read.time.isEmpty && read.figures == ["loss": 2])
    }

    @Test func aWorkersTimesThatNoRunWritesAreLeftOut() throws {
        let read = try line(
            """
            {"step":1,"seconds":1,"workers":2,"time":[
            {"worker":"a","compute_ms":1e300,"exchange_ms":1,"wait_ms":1},
            {"worker":"b","compute_ms":1,"exchange_ms":-1,"wait_ms":1},
            {"worker":"d","compute_ms":1,"exchange_ms":1}, 7,
            {"worker":"e","compute_ms":1,"exchange_ms":1,"wait_ms":1,"wait_for_samples_ms":"long"},
            {"worker":"c","compute_ms":1,"exchange_ms":1,"wait_ms":1}]}
            """)
        #expect(read.time.map(\.worker) == ["c"])
    }
}
