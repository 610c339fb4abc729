namespace DetrPerfLab.Serving;

/// <summary>Inputs and outputs of one inference; an engine that has seen the pair before binds nothing anew. Outputs are allocated by the worker that needs them first.</summary>
sealed class TensorPair(int batch, ImageSize canvas, TensorSet inputs)
{
    internal int Batch => batch;
    internal ImageSize Canvas => canvas;
    internal TensorSet Inputs => inputs;
    internal TensorSet? Outputs { get; set; }
}

/// <summary>Pairs that are free, by shape. Few are kept: pictures of strangers come in any size.</summary>
sealed class TensorPool(ModelUse use, int most)
{
    readonly Lock _gate = new();
    readonly List<TensorPair> _free = []; // the one returned last at the end

    internal TensorPair Rent(int batch, ImageSize canvas)
    {
        lock (_gate)
        {
            if (_free.FindLastIndex(p => p.Batch == batch && p.Canvas == canvas) is >= 0 and var at)
            {
                var pair = _free[at];
                _free.RemoveAt(at);
                return pair;
            }
        }

        return new(batch, canvas, use.AllocateInputs(batch, canvas));
    }

    internal void Return(TensorPair pair)
    {
        lock (_gate)
        {
            if (_free.Count == most) { _free.RemoveAt(0); }
            _free.Add(pair);
        }
    }
}
