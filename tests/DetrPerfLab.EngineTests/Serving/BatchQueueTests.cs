using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Time.Testing;

namespace DetrPerfLab.EngineTests.Serving;

/// <summary>Batches under a clock that stands still: nothing lost, nothing twice, waiting as long as was said.</summary>
public class BatchQueueTests
{
    /// <summary>What is done to a queue, one after another.</summary>
    enum Step
    {
        Add,
        Take,
        Abandon, // the oldest that still waits
        Remove,
        Wait,
    }

    sealed class Item(int number, int sizeClass) : IBatchable
    {
        internal int Number => number;
        public object SizeClass => sizeClass;
        public bool IsWanted { get; set; } = true;
    }

    static readonly Arbitrary<(Step Step, int Class)[]> s_steps =
        (from step in Gen.Frequency((4, Gen.Constant(Step.Add)), (2, Gen.Constant(Step.Take)), (1, Gen.Elements(Step.Abandon, Step.Remove, Step.Wait)))
         from sizeClass in Gen.Choose(0, 2)
         select (step, sizeClass)).ArrayOf().ToArbitrary();

    [Fact]
    public void Take_AnySteps_GivesEachItemOnceInOrderOfItsClass() =>
        Prop.ForAll(s_steps, Gen.Choose(1, 4).ToArbitrary(), Gen.Elements(0, 10).ToArbitrary(), (steps, maxBatch, maxWaitMs) =>
        {
            var clock = new FakeTimeProvider();
            var (added, dropped, removed, batches) = (new List<Item>(), new List<Item>(), new List<Item>(), new List<IReadOnlyList<Item>>());
            var queue = new BatchQueue<Item>(maxBatch, TimeSpan.FromMilliseconds(maxWaitMs), clock, dropped.Add);
            foreach (var (step, sizeClass) in steps)
            {
                Item? Oldest() => added.Find(i => i.IsWanted && !removed.Contains(i) && !batches.Any(b => b.Contains(i)));
                switch (step)
                {
                    case Step.Add:
                        added.Add(new(added.Count, sizeClass));
                        queue.Add(added[^1]);
                        break;
                    case Step.Take when queue.Count > 0 && Oldest() is not null:
                        clock.Advance(TimeSpan.FromMilliseconds(maxWaitMs)); // whatever waits is ready by then
                        batches.Add(queue.TakeAsync().GetAwaiter().GetResult()!);
                        break;
                    case Step.Abandon when Oldest() is { } item: item.IsWanted = false; break;
                    case Step.Remove when Oldest() is { } item && queue.Remove(item): removed.Add(item); break;
                    case Step.Wait: clock.Advance(TimeSpan.FromMilliseconds(3)); break;
                }
            }

            queue.Close();
            while (queue.TakeAsync().GetAwaiter().GetResult() is { } batch) { batches.Add(batch); }
            int[] gone = [.. batches.SelectMany(b => b).Concat(dropped).Concat(removed).Select(i => i.Number).Order()];
            return gone.SequenceEqual(Enumerable.Range(0, added.Count))
                && dropped.TrueForAll(i => !i.IsWanted)
                && batches.TrueForAll(b => b.Count >= 1 && b.Count <= maxBatch && b.All(i => i.SizeClass.Equals(b[0].SizeClass)))
                && batches.SelectMany(b => b).GroupBy(i => i.SizeClass).All(g => g.Select(i => i.Number).SequenceEqual(g.Select(i => i.Number).Order()));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public async Task Take_FewerThanABatch_WaitsAsLongAsWasSaid()
    {
        var clock = new FakeTimeProvider();
        var queue = new BatchQueue<Item>(4, TimeSpan.FromMilliseconds(20), clock, _ => { });
        queue.Add(new(0, 0));
        var take = queue.TakeAsync();
        clock.Advance(TimeSpan.FromMilliseconds(19));
        await Task.Delay(50);
        Assert.False(take.IsCompleted);
        clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Single((await take.WaitAsync(TimeSpan.FromSeconds(10)))!);
    }

    [Fact]
    public async Task Take_BatchFills_DoesNotWaitLonger()
    {
        var clock = new FakeTimeProvider();
        var queue = new BatchQueue<Item>(2, TimeSpan.FromSeconds(10), clock, _ => { });
        queue.Add(new(0, 0));
        var take = queue.TakeAsync();
        queue.Add(new(1, 1)); // of another class: does not fill it
        await Task.Delay(50);
        Assert.False(take.IsCompleted);
        queue.Add(new(2, 0));
        Assert.Equal([0, 2], (await take.WaitAsync(TimeSpan.FromSeconds(10)))!.Select(i => i.Number));
    }

    [Fact]
    public async Task Take_SeveralWorkersAtOnce_LoseAndRepeatNothing()
    {
        const int Items = 2000;
        var queue = new BatchQueue<Item>(3, TimeSpan.Zero, TimeProvider.System, _ => { });
        var workers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            var taken = new List<int>();
            while (await queue.TakeAsync() is { } batch) { taken.AddRange(batch.Select(i => i.Number)); }
            return taken;
        })).ToArray();
        Parallel.For(0, Items, i => queue.Add(new(i, i % 3)));
        queue.Close();
        var all = await Task.WhenAll(workers).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(Enumerable.Range(0, Items), all.SelectMany(t => t).Order());
    }

    [Fact]
    public void Add_AfterClose_Throws()
    {
        var queue = new BatchQueue<Item>(1, TimeSpan.Zero, TimeProvider.System, _ => { });
        queue.Close();
        Assert.Throws<InvalidOperationException>(() => queue.Add(new(0, 0)));
    }

    [Fact]
    public void Turns_ManyWait_WhoCameFirstGoesFirstAndNeverMoreThanWorkers()
    {
        var (turns, order, inside, most) = (new Turns(2), new List<int>(), 0, 0);
        var held = new[] { turns.Take(0), turns.Take(0) };
        Thread[] waiting = [.. Enumerable.Range(1, 20).OrderBy(i => i * 7 % 20).Select(since => new Thread(() => // asked for in another order
        {
            using var turn = turns.Take(since);
            lock (order)
            {
                order.Add(since);
                most = Math.Max(most, ++inside);
            }

            Thread.Sleep(5);
            lock (order) { inside--; }
        }))];
        foreach (var thread in waiting) { thread.Start(); }
        Assert.True(SpinWait.SpinUntil(() => waiting.All(t => t.ThreadState.HasFlag(ThreadState.WaitSleepJoin)), TimeSpan.FromSeconds(30)));
        Assert.Empty(order);
        foreach (var turn in held) { turn.Dispose(); }
        foreach (var thread in waiting) { thread.Join(); }
        Assert.Equal(2, most);
        Assert.All(order.Select((since, place) => Math.Abs(since - 1 - place)), distance => Assert.InRange(distance, 0, 1)); // two have their turn at once
    }

    [Fact]
    public void Enter_AnswerWouldComeTooLate_IsRefused()
    {
        var admission = new Admission(100, workers: 2);
        var deadline = TimeSpan.FromSeconds(1);
        Assert.True(admission.TryEnter(18, deadline)); // nothing is known of the pace
        admission.Ran(pictures: 4, TimeSpan.FromMilliseconds(400));
        Assert.Equal(TimeSpan.FromSeconds(0.9), admission.Wait); // 18 pictures of 100 ms, two at a time
        Assert.True(admission.TryEnter(1, deadline));
        Assert.False(admission.TryEnter(1, deadline));
        Assert.True(admission.TryEnter(1, 2 * deadline));
        admission.Leave(20);
        Assert.True(admission.TryEnter(1, TimeSpan.FromMilliseconds(1))); // nobody inside: how fast it is now must be found out
        for (var i = 0; i < 200; i++) { admission.Ran(1, TimeSpan.FromMilliseconds(10)); }
        Assert.Equal(5, admission.Wait.TotalMilliseconds, 0.01);
    }

    [Fact]
    public void Enter_ManyAtOnce_NeverBeyondTheLimit()
    {
        var (admission, most) = (new Admission(10, workers: 1), 0);
        Parallel.For(0, 20_000, _ =>
        {
            if (!admission.TryEnter(3, TimeSpan.MaxValue)) { return; }
            InterlockedMax(ref most, admission.Inside);
            admission.Leave(3);
        });
        Assert.InRange(most, 3, 10);
        Assert.Equal(0, admission.Inside);

        static void InterlockedMax(ref int target, int value)
        {
            for (var seen = target; value > seen; seen = target) { Interlocked.CompareExchange(ref target, value, seen); }
        }
    }
}
