using System.Net;
using DetrPerfLab.EngineTests.Engines;
using Microsoft.Extensions.Time.Testing;

namespace DetrPerfLab.EngineTests.Serving;

/// <summary>Another model in the place of the one that is served.</summary>
public sealed class ModelChangeTests(TinyDetr tiny) : IClassFixture<TinyDetr>
{
    [Fact]
    public async Task Change_AndBack_AnswersNameWhatGaveThem()
    {
        await using var served = await ServedTiny.StartAsync(tiny);
        var picture = ServedTiny.Picture(1);
        var (status, body) = await served.ChangeAsync(new { path = "two.onnx" });
        Assert.Equal((HttpStatusCode.OK, "two"), (status, body.GetProperty("name").GetString()));
        using var answer = await served.DetectAsync(picture);
        Assert.Equal(FileHash.Sha256(tiny.WithoutMask), answer.Headers.GetValues("X-Model-Sha256").Single());
        Assert.Equal(ServedTiny.Expected(tiny.WithoutMask, picture, "image"), await answer.Content.ReadAsStringAsync());

        (status, body) = await served.ChangeAsync(new { name = "one" });
        Assert.Equal((HttpStatusCode.OK, FileHash.Sha256(tiny.WithMask)), (status, body.GetProperty("sha256").GetString()));
        Assert.Equal([ModelState.Replaced, ModelState.Replaced, ModelState.Serving], served.Server.Versions.Select(v => v.State));
        Assert.DoesNotContain(served.Models, await served.Client.GetStringAsync("/models"));
    }

    public static TheoryData<string, int, string> Refused => new()
    {
        { "cut", 422, "is not a usable ONNX model" },
        { "nan", 422, "holds NaN or infinity" },
        { "classes", 422, "names other classes" },
        { "loss", 422, "points of agreement" },
        { "outside", 400, "is not below the folder" },
        { "link", 400, "is not below the folder" },
        { "absent", 400, "is no file" },
        { "both", 400, "needed one" },
        { "unknown", 400, "Known: one" },
        { "overwritten", 400, "is another file by now" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task Change_WhatCannotServe_IsRefusedAndTheOldOneGoesOn(string what, int status, string says)
    {
        await using var served = await ServedTiny.StartAsync(tiny, o => o with { MaxLoss = what == "loss" ? 0 : 100 });
        var file = Path.Combine(served.Models, "bad.onnx");
        object order = new { path = "bad.onnx" };
        switch (what)
        {
            case "cut": File.WriteAllBytes(file, File.ReadAllBytes(tiny.WithMask)[..5000]); break;
            case "nan": ServedTiny.SaveNotFinite(tiny.WithMask, file); break;
            case "classes": OnnxFile.Save(DetrExporter.Export(SyntheticWeights.Create(((DetrConfig)tiny.Weights.Config) with { Name = "seven", Classes = 7 }), new ExportOptions()), file); break;
            case "loss": OnnxFile.Save(DetrExporter.Export(SyntheticWeights.Create(((DetrConfig)tiny.Weights.Config) with { Name = "other", FeedForwardDim = 192 }), new ExportOptions()), file); break;
            case "outside": order = new { path = "../one.onnx" }; break;
            case "link": File.CreateSymbolicLink(file, tiny.WithMask); break;
            case "absent": break;
            case "both": order = new { path = "one.onnx", name = "one" }; break;
            case "unknown": order = new { name = "three" }; break;
            case "overwritten": File.Copy(tiny.WithoutMask, Path.Combine(served.Models, "one.onnx"), overwrite: true); order = new { name = "one" }; break;
        }

        var (answered, body) = await served.ChangeAsync(order);
        Assert.Equal((status, true), ((int)answered, body.GetProperty("error").GetString()!.Contains(says, StringComparison.Ordinal)));
        Assert.DoesNotContain(served.Models, body.ToString());
        using var answer = await served.DetectAsync(ServedTiny.Picture(1));
        Assert.Equal(FileHash.Sha256(tiny.WithMask), answer.Headers.GetValues("X-Model-Sha256").Single());
    }

    [Fact]
    public async Task Change_BodyIsNoJson_400InALine()
    {
        await using var served = await ServedTiny.StartAsync(tiny);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/models") { Content = new StringContent("two.onnx"), Headers = { Authorization = new("Bearer", ServedTiny.Token) } };
        using var answer = await served.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.DoesNotContain("ModelOrder", await answer.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData(null, 401)]
    [InlineData("another", 401)]
    public async Task Change_WithoutTheToken_401(string? token, int status)
    {
        await using var served = await ServedTiny.StartAsync(tiny);
        Assert.Equal(status, (int)(await served.ChangeAsync(new { path = "two.onnx" }, token)).Status);
        Assert.Equal("one", served.Server.Version.Name);
    }

    [Fact]
    public async Task Change_ServerWithoutAToken_403()
    {
        await using var served = await ServedTiny.StartAsync(tiny, token: null);
        Assert.Equal(HttpStatusCode.Forbidden, (await served.ChangeAsync(new { path = "two.onnx" })).Status);
    }

    [Fact]
    public async Task Change_UnderLoad_NoRequestIsLost()
    {
        await using var served = await ServedTiny.StartAsync(tiny, o => o with { MaxBatch = 2 });
        using var stop = new CancellationTokenSource();
        var picture = ServedTiny.Picture(1);
        var clients = Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
        {
            var seen = new List<(HttpStatusCode, string)>();
            while (!stop.IsCancellationRequested)
            {
                using var answer = await served.DetectAsync(picture);
                seen.Add((answer.StatusCode, answer.Headers.TryGetValues("X-Model-Sha256", out var hash) ? hash.Single() : ""));
            }

            return seen;
        })).ToArray();
        File.WriteAllText(Path.Combine(served.Models, "broken.onnx"), "no model");
        for (var i = 0; i < 9; i++)
        {
            var (status, _) = await served.ChangeAsync(new { path = (i % 3) switch { 0 => "two.onnx", 1 => "broken.onnx", _ => "one.onnx" } });
            Assert.Equal(i % 3 == 1 ? HttpStatusCode.UnprocessableEntity : HttpStatusCode.OK, status);
        }

        await stop.CancelAsync();
        var all = (await Task.WhenAll(clients)).SelectMany(s => s).ToList();
        Assert.All(all, a => Assert.Equal(HttpStatusCode.OK, a.Item1));
        Assert.Equal(new[] { FileHash.Sha256(tiny.WithMask), FileHash.Sha256(tiny.WithoutMask) }.Order(), all.Select(a => a.Item2).Distinct().Order());
    }

    [Fact]
    public async Task Watch_FileChanges_TakesOverOnceItLiesStill()
    {
        await using var served = await ServedTiny.StartAsync(tiny);
        var file = served.Server.Version.Source;
        var told = new List<ModelVersion>();
        var watch = new ModelWatch(served.Server, file, TimeSpan.FromSeconds(1), new FakeTimeProvider(), told.Add);
        await watch.LookAsync(default);
        File.Copy(tiny.WithoutMask, file, overwrite: true);
        await watch.LookAsync(default); // may still be written
        Assert.Empty(told);
        await watch.LookAsync(default);
        Assert.Equal(FileHash.Sha256(tiny.WithoutMask), Assert.Single(told).Sha256);
        Assert.StartsWith("one@", served.Server.Version.Name, StringComparison.Ordinal);

        File.WriteAllText(file, "no model");
        for (var i = 0; i < 4; i++) { await watch.LookAsync(default); }
        Assert.Equal([ModelState.Serving, ModelState.Refused], told.Select(v => v.State)); // tried once
    }
}
