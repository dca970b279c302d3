"""The look of the casebook's page: one column on a phone, two pictures a row above."""

STYLE = """\
html { scroll-behavior: smooth; }
body { padding: 0; max-width: none; background: var(--wash); }
main { max-width: 68rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: clamp(1.6rem, 5vw, 2.4rem); line-height: 1.15; margin: .6rem 0 .4rem; }
h2.part { font-size: 1.25rem; margin: 2.4rem 0 .8rem; }
h3 { font-size: 1.12rem; margin: 0 0 .5rem; line-height: 1.3; }
p { margin: .6rem 0; max-width: 46rem; }
code { font-size: .88em; overflow-wrap: anywhere; background: var(--wash);
  padding: 0 .2em; }
.id { color: var(--muted); font-weight: 500; font-variant-numeric: tabular-nums; }
.verdict { display: inline-block; min-width: 4.9rem; text-align: center;
  color: var(--badge);
  font-size: .82rem; font-weight: 600; border-radius: 1rem; padding: .08rem .6rem; }
.holds { background: var(--good); }
.fails { background: var(--bad); }
.depends { background: var(--unsure); }
.tally { list-style: none; display: flex; flex-wrap: wrap; gap: .5rem 1.4rem;
  padding: 0; margin: .8rem 0 1.2rem; font-weight: 600; }
.index { list-style: none; padding: 0; margin: 0; background: var(--paper);
  border: 1px solid var(--line); border-radius: .6rem; overflow: hidden;
  display: grid; grid-template-columns: 1fr; }
.index a { display: flex; gap: .7rem; align-items: center; padding: .5rem .8rem;
  color: inherit; text-decoration: none; border-bottom: 1px solid var(--line);
  height: 100%; min-height: 2.75rem; }
.index a:hover, .index a:focus { background: var(--wash); }
.index .verdict { flex: none; }
.index .id { flex: none; }
.index .id:empty { display: none; }
article { background: var(--paper); border: 1px solid var(--line); border-radius: .6rem;
  padding: 1rem; margin: 0 0 1.2rem; scroll-margin-top: .5rem; }
.claim { font-style: italic; border-left: 3px solid var(--line); padding-left: .8rem; }
.answer .verdict { margin-right: .35rem; }
.pictures { display: grid; grid-template-columns: 1fr; gap: .5rem; margin: .8rem 0; }
.pictures img { width: 100%; height: auto; display: block; background: #fff; }
.note, .twin, footer { color: var(--muted); font-size: .92rem; }
.twin.differs { color: var(--bad); font-weight: 600; background: none; }
details { margin: .7rem 0; }
summary { cursor: pointer; padding: .5rem 0; color: var(--link); }
details ul { padding-left: 1.1rem; font-size: .92rem; color: var(--muted); }
th, td { padding: .35rem .9rem .35rem 0; text-align: right; white-space: nowrap; }
th:first-child { text-align: left; }
@media (min-width: 44rem) {
  main { padding: 1.5rem; }
  article { padding: 1.4rem 1.6rem; }
  .index { grid-template-columns: 1fr 1fr; }
  .pictures { grid-template-columns: 1fr 1fr; gap: 1.2rem; }
}
@media print { body { background: #fff; } }
"""
