using System.Net;
using System.Text.Json;
using DetrPerfLab.EngineTests.Engines;

namespace DetrPerfLab.EngineTests.Serving;

/// <summary>Pictures in, detections out, over a real connection.</summary>
public sealed class DetectEndpointTests(TinyDetr tiny) : IClassFixture<TinyDetr>
{
    [Fact]
    public async Task Detect_OnePicture_AnswersAsDetectWrites()
    {
        await using var served = await ServedTiny.StartAsync(tiny);
        var picture = ServedTiny.Picture(1);
        using var answer = await served.DetectAsync(picture);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(ServedTiny.Expected(tiny.WithMask, picture, "image"), await answer.Content.ReadAsStringAsync());
        Assert.Equal(FileHash.Sha256(tiny.WithMask), answer.Headers.GetValues("X-Model-Sha256").Single());
        Assert.Contains("inference;dur=", answer.Headers.GetValues("Server-Timing").Single());
    }

    [Fact]
    public async Task Detect_FormOfSeveral_AnswersForEachByItsFileName()
    {
        await using var served = await ServedTiny.StartAsync(tiny);
        using var form = new MultipartFormDataContent { { new ByteArrayContent(ServedTiny.Picture(1)), "a", "000000000139.jpg" }, { new ByteArrayContent(ServedTiny.Picture(2)), "b", "../../000000000785.jpg" } };
        using var answer = await served.Client.PostAsync("/detect", form);

        var found = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.EnumerateArray().ToList();
        Assert.Equal([(139, "000000000139.jpg"), (785, "000000000785.jpg")], found.Select(f => (f.GetProperty("image_id").GetInt32(), f.GetProperty("file_name").GetString()!)).Distinct());
        Assert.Equal(20, found.Count);
    }

    [Fact]
    public async Task Detect_PicturesThatComeTogether_MeetInABatchAndAreAnsweredAsAlone()
    {
        await using var served = await ServedTiny.StartAsync(tiny, o => o with { MaxBatch = 3, MaxWait = TimeSpan.FromSeconds(10) });
        byte[][] pictures = [ServedTiny.Picture(1), ServedTiny.Picture(2), ServedTiny.Picture(3)];
        var answers = await Task.WhenAll(pictures.Select(p => served.DetectAsync(p)));

        for (var i = 0; i < pictures.Length; i++)
        {
            Assert.Contains("batch of 3", answers[i].Headers.GetValues("Server-Timing").Single());
            var (found, alone) = (Scores(await answers[i].Content.ReadAsStringAsync()), Scores(ServedTiny.Expected(tiny.WithMask, pictures[i], "image")));
            Assert.Equal(alone.Length, found.Length);
            for (var d = 0; d < alone.Length; d++) { Assert.Equal(alone[d], found[d], 1e-4); } // sums of another batch are made in another order
        }

        static double[] Scores(string json) => [.. JsonDocument.Parse(json).RootElement.EnumerateArray().Select(f => f.GetProperty("score").GetDouble())];
    }

    [Fact]
    public async Task Detect_OtherSizesPaddedToOneClass_MeetInABatch()
    {
        await using var served = await ServedTiny.StartAsync(tiny, o => o with { MaxBatch = 2, MaxWait = TimeSpan.FromSeconds(10), PadTo = 32 });
        var answers = await Task.WhenAll(served.DetectAsync(ServedTiny.Picture(1, 96, 128)), served.DetectAsync(ServedTiny.Picture(2, 96, 120)));
        Assert.All(answers, a => Assert.Contains("batch of 2", a.Headers.GetValues("Server-Timing").Single()));
    }

    public static TheoryData<string, int, string> Mistakes => new()
    {
        { "none", 400, "is empty" },
        { "text", 400, "begins with 'not a pictur'" },
        { "cut", 400, "is truncated" },
        { "threshold", 400, "threshold" },
        { "deadline", 400, "deadline" },
        { "large", 413, "--max-body" },
        { "parts", 400, "more than 2 parts" },
        { "boundary", 400, "boundary" },
        { "path", 404, "openapi.json" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task Detect_WhatCannotBe_IsRefusedInALineAndTheServerGoesOn(string mistake, int status, string says)
    {
        await using var served = await ServedTiny.StartAsync(tiny, o => o with { MaxBodyBytes = 100_000, MaxImages = 2 });
        var good = ServedTiny.Picture(1);
        var form = new MultipartFormDataContent();
        for (var i = 0; i < 3; i++) { form.Add(new ByteArrayContent(good), "a", $"{i}.jpg"); }
        var noBoundary = new ByteArrayContent(good);
        noBoundary.Headers.TryAddWithoutValidation("Content-Type", "multipart/form-data");
        using var answer = await (mistake switch
        {
            "none" => served.DetectAsync([]),
            "text" => served.DetectAsync("not a picture"u8.ToArray()),
            "cut" => served.DetectAsync(good[..(good.Length / 2)]),
            "threshold" => served.DetectAsync(good, "?threshold=2"),
            "deadline" => served.DetectAsync(good, "?deadline=soon"),
            "large" => served.DetectAsync(new byte[200_000]),
            "parts" => served.Client.PostAsync("/detect", form),
            "boundary" => served.Client.PostAsync("/detect", noBoundary),
            _ => served.Client.GetAsync("/nothing"),
        });

        Assert.Equal(status, (int)answer.StatusCode);
        var message = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("error").GetString()!;
        Assert.Contains(says, message);
        Assert.DoesNotContain('\n', message);
        using var next = await served.DetectAsync(good);
        Assert.Equal(HttpStatusCode.OK, next.StatusCode);
        Assert.Equal(0, served.Server.Admission.Inside);
        Assert.Empty(served.Said);
    }

    [Fact]
    public async Task Detect_ServerFull_503AtOnceWithWhenToComeAgain()
    {
        await using var served = await ServedTiny.StartAsync(tiny, o => o with { Queue = 2 });
        Assert.True(served.Server.Admission.TryEnter(3, TimeSpan.MaxValue)); // two wait, one is run
        using var answer = await served.DetectAsync(ServedTiny.Picture(1));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.InRange(answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        Assert.Contains("as many pictures as it takes on: 3", await answer.Content.ReadAsStringAsync());

        served.Server.Admission.Leave(3);
        using var later = await served.DetectAsync(ServedTiny.Picture(1));
        Assert.Equal(HttpStatusCode.OK, later.StatusCode);
    }

    [Fact]
    public async Task Detect_QueueLongerThanTheDeadline_503AtOnceNot504Later()
    {
        await using var served = await ServedTiny.StartAsync(tiny);
        Assert.True(served.Server.Admission.TryEnter(20, TimeSpan.MaxValue));
        served.Server.Admission.Ran(1, TimeSpan.FromMilliseconds(100));
        using var hurried = await served.DetectAsync(ServedTiny.Picture(1), "?deadline=1500");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, hurried.StatusCode);
        Assert.Equal(2, hurried.Headers.RetryAfter!.Delta!.Value.TotalSeconds);
        Assert.Contains("would come too late: the server has 20 pictures", await hurried.Content.ReadAsStringAsync());

        using var patient = await served.DetectAsync(ServedTiny.Picture(1), "?deadline=9000");
        Assert.Equal(HttpStatusCode.OK, patient.StatusCode);
    }

    [Fact]
    public async Task Detect_DeadlinePassesWhileItWaits_504AndNotComputed()
    {
        await using var served = await ServedTiny.StartAsync(tiny, o => o with { MaxBatch = 2, MaxWait = TimeSpan.FromSeconds(10) });
        using var answer = await served.DetectAsync(ServedTiny.Picture(1), "?deadline=200");
        Assert.Equal(HttpStatusCode.GatewayTimeout, answer.StatusCode);
        await Settled(served);
        Assert.Empty(served.Server.Metrics.Read().BatchSizes);
    }

    [Fact]
    public async Task Detect_ClientGoesAway_NotComputed()
    {
        await using var served = await ServedTiny.StartAsync(tiny, o => o with { MaxBatch = 2, MaxWait = TimeSpan.FromSeconds(10) });
        using var leaves = new CancellationTokenSource(300);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => served.Client.PostAsync("/detect", new ByteArrayContent(ServedTiny.Picture(1)), leaves.Token));
        await Settled(served);
        var stats = served.Server.Metrics.Read();
        Assert.Empty(stats.BatchSizes);
        Assert.Equal(1, stats.Pictures["gone"]);
    }

    [Fact]
    public async Task Stop_RequestUnderWay_IsAnsweredFirst()
    {
        await using var served = await ServedTiny.StartAsync(tiny, o => o with { MaxBatch = 2, MaxWait = TimeSpan.FromMilliseconds(700) });
        var answer = served.DetectAsync(ServedTiny.Picture(1));
        while (served.Server.Admission.Inside == 0) { await Task.Delay(5); }
        Assert.True(await served.Host.StopAsync(TimeSpan.FromSeconds(20)));
        Assert.Equal(HttpStatusCode.OK, (await answer).StatusCode);
    }

    /// <summary>What a stranger's request left behind is gone soon.</summary>
    static async Task Settled(ServedTiny served)
    {
        for (var i = 0; i < 400 && served.Server.Admission.Inside > 0; i++) { await Task.Delay(10); }
        Assert.Equal(0, served.Server.Admission.Inside);
    }
}
