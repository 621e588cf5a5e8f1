import Foundation
import Numerics
import TestKit
import Testing

import Readers

private func time(_ text: String, _ order: DateOrder = .yearFirst) -> TimeText? {
    var text = text
    return text.withUTF8 { TimeText(UnsafeRawBufferPointer($0), order: order) }
}

private let second = TimeText.second
/// 2024-03-31 01:30:00 on some clock.
private let march = 1_711_848_600 * second

@Test(arguments: [
    ("2024-03-31T01:30:00Z", 0), ("2024-03-31 01:30:00Z", 0), ("2024-03-31t01:30:00z", 0), ("2024-03-31T01:30Z", 0),
    ("2024/03/31 01:30:00 UTC", 0), ("2024-3-31 1:30:00 GMT", 0), ("2024-03-31T03:30:00+02:00", 0),
    ("2024-03-31 03:30:00 +0200", 0), ("2024-03-31 03:30:00+02", 0), ("2024-03-30T20:00:00-05:30", 0),
    ("2024-03-31T03:30:00+02:00[Europe/Berlin]", 0), ("2024-03-31T01:30:00.25Z", 250_000),
    ("2024-03-31T01:30:00,000001Z", 1), ("2024-03-31T01:30:00.123456789+00:00", 123_456),
    ("2024-03-31 01:30:00 AM +0000", 0), ("2024-03-31 01:30 PM UTC", 43_200 * second),
    ("2024-03-31 12:30:00\u{202F}AM Z", -3600 * second),
])
func timesWithAZoneAreInstants(text: String, after: Int) {
    guard case .instant(let instant, _)? = time(text) else {
        Issue.record("\(text) is no instant")
        return
    }
    #expect(instant == march + after)
}

@Test func aTimeWithAnOffsetSaysHowFarAheadItsClockIs() {
    #expect(time("2024-03-31T03:30:00+02:00") == .instant(march, ahead: 7200))
    #expect(time("2024-03-30T20:00:00-05:30") == .instant(march, ahead: -19_800))
    #expect(time("2024-03-31T01:30:00Z") == .instant(march, ahead: 0))
}

@Test func timesWithoutAZoneAreThoseOfAClock() {
    #expect(time("2024-03-31 01:30:00") == .local(march))
    #expect(time("3/31/2024 1:30:00 AM", .monthFirst) == .local(march))
    #expect(time("31.3.2024 01:30", .dayFirst) == .local(march))
    #expect(time("31/03/2024 13:30:00.5", .dayFirst) == .local(march + 43_200 * second + 500_000))
}

/// GENEActiv's milliseconds, Fitbit's years, `toLocaleString`, Sleep as Android, ISO 8601 without its marks.
@Test func timesAreReadAsDevicesWriteThem() {
    #expect(time("2024-03-31 01:30:00:500") == .local(march + 500_000))
    #expect(time("03/31/24 01:30:00", .monthFirst) == .local(march))
    #expect(time("31.3.24 01:30", .dayFirst) == .local(march))
    #expect(time("3/31/2024, 1:30:00 AM", .monthFirst) == .local(march))
    #expect(time("31. 03. 2024 1:30", .dayFirst) == .local(march))
    #expect(time("20240331T013000Z") == .instant(march, ahead: 0))
    #expect(time("20240331 01:30:00") == .local(march) && time("2024-03-31T013000") == .local(march))
}

@Test func numbersSince1970SayByTheirDigitsWhatTheyCount() {
    #expect(time("1711848600") == .number(march, in: .seconds))
    #expect(time("1711848600.25") == .number(march + 250_000, in: .seconds))
    #expect(time("1711848600001") == .number(march + 1000, in: .milliseconds))
    #expect(time("1711848600000002") == .number(march + 2, in: .microseconds))
    #expect(time("1711848600000003999") == .number(march + 3, in: .nanoseconds))
}

@Test(arguments: [
    "", "x", "20240331", "20240331013000", "2024-03-31 01:30:00:5", "2024-03-31 016000", "2024-03-31 01:30:00:5000",
    "20240231 01:30:00", "2024-03-31,", "2024-03-31", "2024-03-31T", "2024-02-30 01:30:00", "2023-02-29 01:30:00",
    "2024-13-01 01:30:00",
    "2024-00-01 01:30:00", "2024-03-00 01:30:00", "2024-03-31 24:00:00", "2024-03-31 01:60:00", "2024-03-31 01:30:60",
    "2024-03-31 1:3:00", "2024-03-31 13:30:00 PM", "2024-03-31 00:30:00 AM", "2024-03/31 01:30:00", "24-03-31 01:30:00",
    "3/31/2024 01:30:00", "2024-03-31T01:30:00X", "2024-03-31T01:30:00+1", "2024-03-31T01:30:00+01:", "1711848",
    "2024-03-31T01:30:00+01:60", "2024-03-31T01:30:00+19:00", "2024-03-31T01:30:00.", "2024-03-31T01:30:00Z.",
    "17118486000", "99999999999999999999", "9999999999999999999", "-1711848600", "1.7118486E+12", "1969-12-31 23:59:59",
    "2024-03-31T01:30:00+01:00[", "2262-01-01 00:00:00", "2024-03-3101:30:00",
])
func whatSpellsNoTimeIsNone(text: String) {
    #expect(time(text) == nil)
}

@Test func everyDayIsTheOneOfTheCalendar() throws {
    let calendar = ISO8601DateFormatter()
    var random = RandomSequence(seed: 3, stream: 1)
    let days = Array(0..<1200) + (0..<2000).map { _ in Int.random(in: 0..<106_000, using: &random) }
    for day in days {
        let seconds = day * 86_400 + Int.random(in: 0..<86_400, using: &random)
        let text = calendar.string(from: Date(timeIntervalSince1970: Double(seconds)))
        #expect(time(text) == .instant(seconds * second, ahead: 0))
        #expect(TimeText.utc(seconds * second + 999_999) == text)
    }
    #expect(TimeText.utc(-1) == "1969-12-31T23:59:59Z")
}

// MARK: - Clocks

private func instants(_ text: String, in zone: String) throws -> [String] {
    guard case .local(let local)? = time(text) else { return [] }
    var clock = WallClock(zone: try #require(TimeZone(identifier: zone)))
    return clock.instants(showing: local).map(TimeText.utc)
}

@Test(arguments: [
    ("2024-03-31 01:59:59", "Europe/Berlin", ["2024-03-31T00:59:59Z"]), ("2024-03-31 02:00:00", "Europe/Berlin", []),
    ("2024-03-31 02:59:59", "Europe/Berlin", []), ("2024-03-31 03:00:00", "Europe/Berlin", ["2024-03-31T01:00:00Z"]),
    ("2024-10-27 01:59:59", "Europe/Berlin", ["2024-10-26T23:59:59Z"]),
    ("2024-10-27 02:00:00", "Europe/Berlin", ["2024-10-27T00:00:00Z", "2024-10-27T01:00:00Z"]),
    ("2024-10-27 02:59:59", "Europe/Berlin", ["2024-10-27T00:59:59Z", "2024-10-27T01:59:59Z"]),
    ("2024-10-27 03:00:00", "Europe/Berlin", ["2024-10-27T02:00:00Z"]),
    ("2024-11-03 01:30:00", "America/New_York", ["2024-11-03T05:30:00Z", "2024-11-03T06:30:00Z"]),
    ("2024-04-07 01:45:00", "Australia/Lord_Howe", ["2024-04-06T14:45:00Z", "2024-04-06T15:15:00Z"]),
    ("2024-07-01 12:00:00", "Asia/Kathmandu", ["2024-07-01T06:15:00Z"]),
    ("2011-12-30 12:00:00", "Pacific/Apia", []), ("2011-12-31 00:00:00", "Pacific/Apia", ["2011-12-30T10:00:00Z"]),
])
func aClockShowsATimeOnceNeverOrTwice(text: String, zone: String, expected: [String]) throws {
    #expect(try instants(text, in: zone) == expected)
}

/// What becomes of times of the night in which Berlin's clocks go back.
private func answers(_ texts: [String]) throws -> [WallClockOrder.Answer] {
    var clock = WallClock(zone: try #require(TimeZone(identifier: "Europe/Berlin")))
    var order = WallClockOrder()
    return texts.enumerated().map { line, text in
        guard case .local(let local)? = time("2024-10-27 \(text)") else { return .never }
        return order.onTime(clock.instants(showing: local), line: line)
    }
}

private func utc(_ text: String) -> WallClockOrder.Answer {
    guard case .instant(let instant, _)? = time("2024-10-\(text)Z") else { return .never }
    return .instant(instant)
}

@Test func theTwoPassesThroughAnHourAreToldApartByTheirOrder() throws {
    #expect(
        try answers(["01:30:00", "02:00:00", "02:59:00", "02:00:00", "02:59:00", "03:00:00"])
            == [
                utc("26 23:30:00"), utc("27 00:00:00"), utc("27 00:59:00"), utc("27 01:00:00"), utc("27 01:59:00"),
                utc("27 02:00:00"),
            ])
    #expect(try answers(["02:30:00", "02:10:00", "02:05:00"]).last == .backwards)
    // Later rows of the second pass may stand far apart.
    #expect(try answers(["02:30:00", "02:10:00", "02:58:00"]).last == utc("27 01:58:00"))
    #expect(try answers(["01:30:00", "02:30:00", "03:00:00"]).last == .undecided(line: 1))
    #expect(try answers(["03:00:00", "02:30:00"]).last == .backwards)
}

/// Otherwise everything behind the row would lie an hour late.
@Test func rowsOutOfOrderAreNoSecondPass() throws {
    for times in [["02:00:00", "02:00:20", "02:00:10"], ["01:50:00", "02:40:00", "02:30:01"]] {
        #expect(try answers(times).last == .backwards)
    }
}
