using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using DetrPerfLab.EngineTests.Engines;
using DetrPerfLab.EngineTests.Report;
using DetrPerfLab.Tests;
using Microsoft.Extensions.Time.Testing;

namespace DetrPerfLab.EngineTests.Serving;

/// <summary>What a server tells of itself, and the protocol of tensors.</summary>
public sealed class ServingHostTests(TinyDetr tiny) : IClassFixture<TinyDetr>
{
    [Fact]
    public async Task Get_EveryPlace_TellsWhatItShould()
    {
        await using var served = await ServedTiny.StartAsync(tiny);
        using var answer = await served.DetectAsync(ServedTiny.Picture(1));
        Assert.Equal("ok\n", await served.Client.GetStringAsync("/healthz"));
        Assert.Equal("ready\n", await served.Client.GetStringAsync("/readyz"));
        var stats = (await served.Client.GetFromJsonAsync<ServingStats>("/stats", LabJson.Options))!;
        Assert.Equal(("one", FileHash.Sha256(tiny.WithMask), 1), (stats.Model, stats.Sha256, stats.Pictures["answered"]));
        Assert.Equal(1, stats.BatchSizes[1]);
        var metrics = await served.Client.GetStringAsync("/metrics");
        Assert.Contains($"detrlab_pictures_total{{otel_scope_name=\"{served.Server.Metrics.MeterName}\",outcome=\"answered\"}} 1", metrics);
        Assert.Contains($"sha256=\"{FileHash.Sha256(tiny.WithMask)}\"", metrics);
        Assert.Contains("detrlab_request_duration_seconds_bucket", metrics);
        var described = JsonDocument.Parse(await served.Client.GetStringAsync("/openapi.json")).RootElement.GetProperty("paths");
        Assert.Equal(
            ["/detect", "/healthz", "/models", "/readyz", "/stats", "/v2", "/v2/health/live", "/v2/health/ready", "/v2/models/{name}", "/v2/models/{name}/infer", "/v2/models/{name}/ready"],
            described.EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal));
        Assert.True(described.GetProperty("/detect").GetProperty("post").GetProperty("requestBody").GetProperty("content").TryGetProperty("multipart/form-data", out _));
        var page = await served.Client.GetStringAsync("/");
        Assert.DoesNotContain("http", page.Replace("<!doctype html>", ""), StringComparison.OrdinalIgnoreCase); // asks nobody but its own server
    }

    [Fact]
    public async Task Stats_AfterMinutes_TellOfTheLastMinuteOnly()
    {
        var clock = new FakeTimeProvider();
        await using var server = new ModelServer(new(tiny.WithMask, "ort"), new() { Detector = new() { Size = 64 }, Engine = new() { Threads = 1 } }, clock: clock);
        foreach (var ms in (int[])[900, 10, 300])
        {
            for (var second = 0; second < 60; second++)
            {
                server.Metrics.Finished(Outcome.Answered, pictures: 2, TimeSpan.FromMilliseconds(ms));
                clock.Advance(TimeSpan.FromSeconds(1));
            }

            var stats = server.Metrics.Read();
            Assert.Equal(2, stats.PicturesPerSecond);
            Assert.All((double?[])[stats.P50Ms, stats.P99Ms], p => Assert.InRange(p!.Value, 0.98 * ms, 1.02 * ms));
        }
    }

    [Fact]
    public async Task Infer_Tensors_GivesWhatTheEngineGives()
    {
        await using var served = await ServedTiny.StartAsync(tiny);
        using var engine = new OrtEngine(tiny.WithMask, new OrtEngineOptions { IntraOpThreads = 1 });
        var inputs = SyntheticImages.CreateBatch(new ImageSize(32, 32));
        var outputs = engine.AllocateOutputs(inputs);
        engine.Run(inputs, outputs);
        var request = new
        {
            inputs = inputs.Select(t => new
            {
                name = t.Name,
                shape = t.Shape.ToArray(),
                datatype = t.Type == ElementType.Float32 ? "FP32" : "INT64",
                data = t.Type == ElementType.Float32 ? t.Floats.ToArray().Cast<object>() : t.Longs.ToArray().Cast<object>(),
            }),
        };
        using var answer = await served.Client.PostAsJsonAsync("/v2/models/one/infer", request);
        var said = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;

        Assert.Equal(("one", FileHash.Sha256(tiny.WithMask)), (said.GetProperty("model_name").GetString(), said.GetProperty("model_version").GetString()));
        foreach (var output in said.GetProperty("outputs").EnumerateArray())
        {
            var expected = outputs[output.GetProperty("name").GetString()!];
            Assert.Equal(expected.Shape.ToArray(), output.GetProperty("shape").EnumerateArray().Select(l => l.GetInt64()));
            Assert.Equal(expected.Floats.ToArray(), output.GetProperty("data").EnumerateArray().Select(v => v.GetSingle()));
        }
    }

    [Fact]
    public async Task Page_InABrowser_ShowsWhatTheServerDid()
    {
        var browser = HeadlessBrowser.Find();
        await using var served = await ServedTiny.StartAsync(tiny);
        for (var i = 0; i < 3; i++) { using var answer = await served.DetectAsync(ServedTiny.Picture(i)); }
        using (await served.DetectAsync("no picture"u8.ToArray()))
        using (var folder = new TempFolder())
        {
            var page = HeadlessBrowser.Dump(browser, folder, new(served.Host.Url), "--virtual-time-budget=3000");
            Assert.Contains("""<span id="model">one</span>""", page);
            Assert.Contains(FileHash.Sha256(tiny.WithMask), page);
            Assert.Matches("""id="batches".*>1 picture</td><td[^>]*>3</td>""", page);
            Assert.Matches("""id="pictures".*>answered</td><td[^>]*>3</td>.*>bad</td><td[^>]*>1</td>""", page);
            Assert.Matches("""data-name="memory"><b>\d+ MiB</b>""", page);
            Assert.Matches("""id="models".*<td>one</td><td>serving</td>""", page);
        }
    }

    [Theory]
    [InlineData("/v2/models/one/infer", "{", 400, "no request of the protocol")]
    [InlineData("/v2/models/one/infer", "{}", 400, "no list")]
    [InlineData("/v2/models/one/infer", """{"inputs": [{"name": "pixel_values", "shape": [1, 3, 2, 2], "datatype": "FP32", "data": [1, 2]}]}""", 400, "2 elements, where its shape has 12")]
    [InlineData("/v2/models/one/infer", """{"inputs": [{"name": "pixel_values", "shape": [1000000, 1000000], "datatype": "FP32", "data": [1]}]}""", 400, "elements")]
    [InlineData("/v2/models/one/infer", """{"inputs": [{"name": "pixel_values", "shape": [2], "datatype": "FP32", "data": [1, 2]}]}""", 400, "does not fit")]
    [InlineData("/v2/models/one/infer", """{"inputs": [{"name": "pixel_values", "shape": [1], "datatype": "BYTES", "data": ["a"]}]}""", 400, "needed FP32 or INT64")]
    [InlineData("/v2/models/other/infer", """{"inputs": []}""", 404, "is not served")]
    public async Task Infer_WhatCannotBe_IsRefusedInALine(string path, string body, int status, string says)
    {
        await using var served = await ServedTiny.StartAsync(tiny);
        using var answer = await served.Client.PostAsync(path, new StringContent(body));
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Contains(says, JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("error").GetString());
        Assert.Equal(0, served.Server.Admission.Inside);
    }

    [Fact]
    public async Task Start_PortInUse_SaysSo()
    {
        await using var served = await ServedTiny.StartAsync(tiny);
        var port = new Uri(served.Host.Url).Port;
        var refused = await Assert.ThrowsAsync<LabException>(() => ServingHost.StartAsync(served.Server, new(IPAddress.Loopback, port)));
        Assert.Equal(ExitCode.BadInput, refused.ExitCode);
        Assert.Contains("--port", refused.Message);
    }

    /// <summary>Headers that never end, bodies that stop half-way, connections that say nothing: the others are answered meanwhile.</summary>
    [Fact]
    public async Task Serve_ClientsThatHang_DoNotKeepOthersWaiting()
    {
        await using var served = await ServedTiny.StartAsync(tiny, o => o with { Queue = 4 });
        var port = new Uri(served.Host.Url).Port;
        var hanging = new List<TcpClient>();
        for (var i = 0; i < 60; i++)
        {
            var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, port);
            var half = (i % 3) switch { 0 => "", 1 => "POST /detect HTTP/1.1\r\nHost: a\r\nX-", _ => "POST /detect HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nab" };
            if (half.Length > 0 && i < 30) { await client.GetStream().WriteAsync(System.Text.Encoding.ASCII.GetBytes(half)); }
            hanging.Add(client);
        }

        for (var i = 0; i < 5; i++)
        {
            using var answer = await served.DetectAsync(ServedTiny.Picture(i));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        hanging.ForEach(c => c.Dispose());
    }
}
